package dev.previews.tunnel.gateway;

import dev.previews.error.InvalidInputException;
import java.net.URI;

/**
 * Where a gateway takes SSH connections.
 *
 * @param host its name or address
 * @param port its port
 * @param tls whether SSH goes through TLS
 */
public record GatewayAddress(String host, int port, boolean tls) {
  /**
   * Reads {@code ssh://host[:port]} (22 by default) or {@code ssh+tls://host[:port]} (443).
   *
   * @throws InvalidInputException when it is neither
   */
  public static GatewayAddress parse(URI address) {
    String scheme = address.getScheme();
    boolean tls = "ssh+tls".equalsIgnoreCase(scheme);
    boolean path = address.getRawPath() != null && !address.getRawPath().matches("/?");
    if (!(tls || "ssh".equalsIgnoreCase(scheme))
        || address.getHost() == null
        || address.getUserInfo() != null
        || path
        || address.getRawFragment() != null) {
      throw new InvalidInputException(
          "'"
              + address
              + "' is not the address of a tunnel gateway: it is ssh://host:port or"
              + " ssh+tls://host:port");
    }
    int port = address.getPort() >= 0 ? address.getPort() : tls ? 443 : 22;
    String host = address.getHost();
    boolean literal = host.startsWith("[") && host.endsWith("]");
    return new GatewayAddress(literal ? host.substring(1, host.length() - 1) : host, port, tls);
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "ssh+tls://" : "ssh://") + shown + ":" + port;
  }
}
