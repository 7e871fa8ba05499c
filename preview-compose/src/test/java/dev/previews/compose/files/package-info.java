/** Tests of the copy of files, on real commands. */
@NullMarked
package dev.previews.compose.files;

import org.jspecify.annotations.NullMarked;
