/** Tests of the step IMAGES. */
@NullMarked
package dev.previews.compose.images;

import org.jspecify.annotations.NullMarked;
