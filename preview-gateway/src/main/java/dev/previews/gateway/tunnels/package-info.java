/** Which tunnels there are, whose they are, and what they may. */
@NullMarked
package dev.previews.gateway.tunnels;

import org.jspecify.annotations.NullMarked;
