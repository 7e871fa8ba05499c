package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.Tunnel;

/**
 * Where a request goes.
 *
 * @param uri the path and query that the service sees
 * @param prefix what was taken off the path; empty when the host said it all
 */
record Route(Tunnel tunnel, String uri, String prefix) {}
