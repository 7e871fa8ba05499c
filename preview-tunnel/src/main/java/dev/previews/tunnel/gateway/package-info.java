/**
 * The gateway as its client sees it: where it is, who it is, and the profile that keeps the key.
 */
@NullMarked
package dev.previews.tunnel.gateway;

import org.jspecify.annotations.NullMarked;
