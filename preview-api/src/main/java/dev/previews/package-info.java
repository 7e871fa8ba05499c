/** The front door: a Compose file and a place in, a running environment with URLs out. */
@NullMarked
package dev.previews;

import org.jspecify.annotations.NullMarked;
