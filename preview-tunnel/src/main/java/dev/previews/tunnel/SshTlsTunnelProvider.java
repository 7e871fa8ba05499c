package dev.previews.tunnel;

import dev.previews.spi.TunnelConfig;
import dev.previews.spi.TunnelProvider;
import java.net.URI;

/**
 * Gateways by address: {@code ssh+tls://host[:port][?profile=…&image=…&access=private&trust=…]}.
 */
public final class SshTlsTunnelProvider implements TunnelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public SshTlsTunnelProvider() {}

  @Override
  public String scheme() {
    return "ssh+tls";
  }

  @Override
  public TunnelConfig parse(URI address) {
    return GatewayOptions.parse(address);
  }
}
