package dev.previews.gateway;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * What gateways of tests have in common: they listen where nobody else does, and do not wait for
 * clients of an earlier one.
 */
final class LoopbackGateway {
  private LoopbackGateway() {}

  /** One whose URLs are below this one. */
  static TunnelGateway.Builder at(String url) {
    return TunnelGateway.builder()
        .url(URI.create(url))
        .ssh(anyPort())
        .http(anyPort())
        .restartTime(Duration.ZERO);
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
