/**
 * What tunnels and their hosts are called; known before anything exists. The Preevy tunnel
 * protocol's rules.
 */
@NullMarked
package dev.previews.tunnel.names;

import org.jspecify.annotations.NullMarked;
