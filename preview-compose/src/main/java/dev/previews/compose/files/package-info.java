/**
 * The step FILES: makes a directory of the machine hold the same files as sources on this machine.
 */
@NullMarked
package dev.previews.compose.files;

import org.jspecify.annotations.NullMarked;
