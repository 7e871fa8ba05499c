package dev.previews.environment;

import dev.previews.error.InvalidInputException;

/**
 * A TCP port of a service that the Compose file publishes, named by the port that the container
 * listens on.
 *
 * @param service the service's name in the Compose file
 * @param port the container's port, 1 to 65535
 * @param scheme the scheme of its URL: the port's {@code app_protocol} in the Compose file, else
 *     {@code https} for 443 and 8443, else {@code http}
 */
public record ServicePort(String service, int port, String scheme)
    implements Comparable<ServicePort> {
  /**
   * A published port.
   *
   * @throws InvalidInputException when the port is out of range
   */
  public ServicePort {
    if (port < 1 || port > 65535) {
      throw new InvalidInputException(
          "service '" + service + "' publishes " + port + ", which is not a TCP port");
    }
  }

  /** A published port with the scheme that its number suggests. */
  public static ServicePort of(String service, int port) {
    return new ServicePort(service, port, port == 443 || port == 8443 ? "https" : "http");
  }

  @Override
  public int compareTo(ServicePort other) {
    int byService = service.compareTo(other.service);
    return byService != 0 ? byService : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return service + ":" + port;
  }
}
