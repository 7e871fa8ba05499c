/** Tests of the copy of files, on real commands. */
@NullMarked
package dev.previews.compose.deployment;

import org.jspecify.annotations.NullMarked;
