/** Deploys a Compose file to the Docker engine of a machine. */
@NullMarked
package dev.previews.compose;

import org.jspecify.annotations.NullMarked;
