/** The step MODEL: what a Compose file says, and the same rewritten for a machine. */
@NullMarked
package dev.previews.compose.model;

import org.jspecify.annotations.NullMarked;
