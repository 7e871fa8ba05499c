package dev.previews.gateway.proxy;

import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.tunnels.Tunnels;
import java.net.URI;

/**
 * What the HTTP side works with.
 *
 * @param root the gateway's own URL
 * @param tunnels where requests can go
 * @param metrics what counts
 * @param patience how long it waits
 * @param limits how much it takes
 * @param trustForwarded whether {@code X-Forwarded-*} of clients is believed: only behind a proxy
 */
public record ProxySettings(
    URI root,
    Tunnels tunnels,
    Metrics metrics,
    Patience patience,
    HttpLimits limits,
    boolean trustForwarded) {}
