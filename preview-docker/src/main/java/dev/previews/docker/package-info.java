/** The driver for the Docker engine at hand. */
@NullMarked
package dev.previews.docker;

import org.jspecify.annotations.NullMarked;
