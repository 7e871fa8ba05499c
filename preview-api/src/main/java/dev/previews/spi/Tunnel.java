package dev.previews.spi;

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

  /** Closes what belongs to this JVM. Closing twice is harmless. */
  @Override
  void close();
}
