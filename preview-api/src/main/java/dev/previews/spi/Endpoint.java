package dev.previews.spi;

/** What a connection can reach on its machine. */
public final class Endpoint {
  private static final Endpoint ENGINE = new Endpoint(-1);
  private final int port;

  private Endpoint(int port) {
    this.port = port;
  }

  /** The Docker Engine API of the machine. */
  public static Endpoint engine() {
    return ENGINE;
  }

  /**
   * A TCP port on the machine's loopback: where its engine publishes the ports of services.
   *
   * @throws IllegalArgumentException when the port is not in 1 to 65535
   */
  public static Endpoint loopback(int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("not a TCP port: " + port);
    }
    return new Endpoint(port);
  }

  /** Whether this is the engine. */
  public boolean isEngine() {
    return port < 0;
  }

  /**
   * The TCP port.
   *
   * @throws IllegalStateException for the engine
   */
  public int port() {
    if (isEngine()) {
      throw new IllegalStateException("the engine has no port of its own");
    }
    return port;
  }

  @Override
  public String toString() {
    return isEngine() ? "the Docker engine" : "port " + port + " on the machine's loopback";
  }
}
