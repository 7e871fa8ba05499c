/** The container that holds an environment's tunnels. */
@NullMarked
package dev.previews.tunnel.agent;

import org.jspecify.annotations.NullMarked;
