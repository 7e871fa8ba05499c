/** Tokens that open private environments. */
@NullMarked
package dev.previews.tunnel.access;

import org.jspecify.annotations.NullMarked;
