/** The Compose CLI as a child process: found, checked, run, ended. */
@NullMarked
package dev.previews.compose.cli;

import org.jspecify.annotations.NullMarked;
