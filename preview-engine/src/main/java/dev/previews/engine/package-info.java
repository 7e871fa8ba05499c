/** Internal: the Docker engine spoken to over any stream that a connection dials. */
@NullMarked
package dev.previews.engine;

import org.jspecify.annotations.NullMarked;
