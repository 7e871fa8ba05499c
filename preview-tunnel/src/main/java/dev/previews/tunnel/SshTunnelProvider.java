package dev.previews.tunnel;

import dev.previews.spi.TunnelConfig;
import dev.previews.spi.TunnelProvider;
import java.net.URI;

/** Gateways by address: {@code ssh://host[:port][?profile=…&image=…&access=private]}. */
public final class SshTunnelProvider implements TunnelProvider {
  /** For {@link java.util.ServiceLoader}. */
  public SshTunnelProvider() {}

  @Override
  public String scheme() {
    return "ssh";
  }

  @Override
  public TunnelConfig parse(URI address) {
    return GatewayOptions.parse(address);
  }
}
