/**
 * The step IMAGES: what has a section {@code build} is built on the machine's engine, what exists
 * only on the local engine is sent to it, and the rest is left to Compose to pull.
 */
@NullMarked
package dev.previews.compose.images;

import org.jspecify.annotations.NullMarked;
