/** Clients, by SSH: keys, forward requests, and streams to their services. */
@NullMarked
package dev.previews.gateway.ssh;

import org.jspecify.annotations.NullMarked;
