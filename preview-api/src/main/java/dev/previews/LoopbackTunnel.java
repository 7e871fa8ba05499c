package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.error.ConnectionException;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Relay;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listener on this JVM's loopback for each published port. A port gets the same local port at
 * every {@code up} of an environment while that is free, so that URLs and the services that were
 * given them stay as they are.
 */
final class LoopbackTunnel implements Tunnel {
  private static final Logger log = LoggerFactory.getLogger(LoopbackTunnel.class);

  /** Below the ports that Linux (32768) and others (49152) give to outgoing connections. */
  private static final int FIRST = 20_000;

  private static final int PORTS = 10_000;
  private static final int TRIES = 20;

  private final EnvironmentId id;
  private final OpenResources relays = new OpenResources();
  private final AtomicReference<@Nullable Deployment> deployment = new AtomicReference<>();

  LoopbackTunnel(EnvironmentId id) {
    this.id = id;
  }

  /**
   * Listens at once, so that nobody else gets the planned ports; connections are refused until
   * {@link #open}.
   */
  @Override
  public TunnelPlan plan(List<ExposedService> services) {
    Map<ServicePort, URI> urls = new TreeMap<>();
    for (ExposedService service : services) {
      for (ServicePort port : service.ports()) {
        InetSocketAddress local = listen(port);
        urls.put(port, url(port.scheme(), local));
      }
    }
    return TunnelPlan.of(urls);
  }

  private static URI url(String scheme, InetSocketAddress local) {
    try { // puts an IPv6 address into brackets
      return new URI(
          scheme, null, local.getAddress().getHostAddress(), local.getPort(), null, null, null);
    } catch (URISyntaxException e) {
      throw new InvalidInputException("'" + scheme + "' is not the scheme of a URL", e);
    }
  }

  @Override
  public void open(Deployment opened) {
    deployment.set(opened);
  }

  @Override
  public void close() {
    relays.close();
  }

  private InetSocketAddress listen(ServicePort port) {
    int preferred = Math.floorMod(Objects.hash(id.value(), port.service(), port.port()), PORTS);
    for (int attempt = 0; attempt < TRIES; attempt++) {
      try {
        return listen(port, FIRST + (preferred + attempt * 17) % PORTS);
      } catch (ConnectionException e) {
        log.debug("another port for {}: {}", port, e.getMessage());
      }
    }
    return listen(port, 0);
  }

  private InetSocketAddress listen(ServicePort port, int local) {
    Relay relay =
        Relay.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), local), () -> dial(port));
    relays.add(relay);
    return (InetSocketAddress) relay.address();
  }

  private DuplexStream dial(ServicePort port) throws IOException {
    Deployment ready = deployment.get();
    if (ready == null) {
      throw new IOException("the environment " + id + " is not up yet");
    }
    return ready.dial(port);
  }
}
