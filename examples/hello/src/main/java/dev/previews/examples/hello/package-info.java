/** The smallest program that brings up a preview. */
@NullMarked
package dev.previews.examples.hello;

import org.jspecify.annotations.NullMarked;
