package dev.previews.spi;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The way from here to the services of one environment. First planned, then opened, each once.
 * Thread-safe.
 */
public interface Tunnel extends AutoCloseable {
  /**
   * Decides the URLs. They are variables in the Compose file, so they are known before anything is
   * deployed.
   */
  TunnelPlan plan(List<ExposedService> services);

  /** Makes the planned URLs answer. The deployment is not closed by the tunnel. */
  void open(Deployment deployment);

  /**
   * A link that opens a port for whoever has it, although it is private.
   *
   * @param url the port's URL, as planned
   * @param ttl for how long from now; positive
   * @return the URL itself where nothing is private, as it is by default
   */
  default URI accessUrl(URI url, Duration ttl) {
    return url;
  }

  /** Closes what belongs to this JVM. Closing twice is harmless. */
  @Override
  void close();
}
