package dev.previews.gateway;

import dev.previews.gateway.metrics.AdminListener;
import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.proxy.HttpLimits;
import dev.previews.gateway.proxy.HttpListener;
import dev.previews.gateway.proxy.Patience;
import dev.previews.gateway.proxy.ProxySettings;
import dev.previews.gateway.ssh.ClientLimits;
import dev.previews.gateway.ssh.SshListener;
import dev.previews.gateway.tunnels.Tunnels;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel gateway: clients come in by SSH and say which services they have; those are reached by
 * HTTP at {@code <name>-<client>.<domain>}. It speaks the Preevy tunnel protocol and stores
 * nothing.
 *
 * <pre>{@code
 * try (TunnelGateway gateway = TunnelGateway.builder()
 *     .url(URI.create("http://gateway.example.com")).ssh(2222).http(80).start()) { … }
 * }</pre>
 *
 * Thread-safe. All threads are daemons.
 */
public final class TunnelGateway implements AutoCloseable {
  private final SshListener ssh;
  private final HttpListener http;
  private final @Nullable InetSocketAddress tls;
  private final Metrics metrics;
  private final Tunnels tunnels;
  private final URI url;
  private volatile @Nullable AdminListener admin;
  private volatile boolean leaving;

  private TunnelGateway(
      SshListener ssh,
      HttpListener http,
      @Nullable InetSocketAddress tls,
      Metrics metrics,
      Tunnels tunnels,
      URI url) {
    this.ssh = ssh;
    this.http = http;
    this.tls = tls;
    this.metrics = metrics;
    this.tunnels = tunnels;
    this.url = url;
  }

  /** A gateway that is to be described. */
  public static Builder builder() {
    return new Builder();
  }

  /** The gateway's own URL; its tunnels' are subdomains of it. */
  public URI url() {
    return url;
  }

  /** Where SSH is listened for. */
  public InetSocketAddress sshAddress() {
    return ssh.address();
  }

  /** Where HTTP is listened for. */
  public InetSocketAddress httpAddress() {
    return http.address();
  }

  /** Where TLS is listened for; empty without a certificate. */
  public Optional<InetSocketAddress> tlsAddress() {
    return Optional.ofNullable(tls);
  }

  /** Where metrics and health are shown; empty unless that was asked for. */
  public Optional<InetSocketAddress> adminAddress() {
    return Optional.ofNullable(admin).map(AdminListener::address);
  }

  /** The metrics, in Prometheus' text format. */
  public String metrics() {
    return metrics.text(ssh.clients(), tunnels.all().size());
  }

  /**
   * Takes no more connections, tells those that there are to end after the request under way, waits
   * for them, and closes. WebSockets and other streams without an end are not waited for.
   *
   * @param most how long it waits
   */
  public void drain(Duration most) {
    leaving = true;
    ssh.stopAccepting();
    http.leave();
    long end = System.nanoTime() + most.toNanos();
    try {
      while (metrics.connections() > 0 && System.nanoTime() < end) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  /** Stops listening and ends all connections. Closing twice is harmless. */
  @Override
  public void close() {
    AdminListener shown = admin;
    if (shown != null) {
      shown.close();
    }
    ssh.close();
    http.close();
  }

  /** Describes a gateway. Not thread-safe. */
  public static final class Builder {
    private @Nullable URI url;
    private InetSocketAddress ssh = new InetSocketAddress(2222);
    private InetSocketAddress http = new InetSocketAddress(3000);
    private InetSocketAddress tls = new InetSocketAddress(8443);
    private @Nullable Path certificate;
    private @Nullable Path certificateKey;
    private @Nullable InetSocketAddress admin;
    private Duration headTimeout = Duration.ofSeconds(20);
    private Duration connectTimeout = Duration.ofSeconds(20);
    private Duration idleTimeout = Duration.ofSeconds(75);
    private Duration alive = Duration.ofSeconds(15);
    private Duration restartTime = Duration.ofSeconds(60);
    private int httpConnections = 20_000;
    private int httpConnectionsPerAddress = 2_000;
    private int requestsPerSecond;
    private @Nullable Path hostKey;
    private int connections = 50;
    private int tunnels = 500;
    private boolean trustForwarded;

    private Builder() {}

    /**
     * The URL that clients see, with nothing behind the port; needed. Its host's subdomains must
     * lead here, too.
     *
     * @throws IllegalArgumentException when it is not {@code http(s)://host[:port]}
     */
    public Builder url(URI value) {
      boolean path = value.getRawPath() != null && !value.getRawPath().matches("/?");
      if (value.getScheme() == null
          || !value.getScheme().matches("https?")
          || value.getHost() == null
          || value.getUserInfo() != null
          || path
          || value.getRawQuery() != null
          || value.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "the gateway's URL must be http(s)://host[:port] and nothing more, not " + value);
      }
      url = value;
      return this;
    }

    /** The port for SSH on all addresses; 2222 by default, 0 for any free one. */
    public Builder ssh(int port) {
      return ssh(new InetSocketAddress(port));
    }

    /** The address for SSH. */
    public Builder ssh(InetSocketAddress address) {
      ssh = address;
      return this;
    }

    /** The port for HTTP on all addresses; 3000 by default, 0 for any free one. */
    public Builder http(int port) {
      return http(new InetSocketAddress(port));
    }

    /** The address for HTTP. */
    public Builder http(InetSocketAddress address) {
      http = address;
      return this;
    }

    /** The port for TLS on all addresses; 8443 by default, 0 for any free one. */
    public Builder tls(int port) {
      return tls(new InetSocketAddress(port));
    }

    /** The address for TLS. */
    public Builder tls(InetSocketAddress address) {
      tls = address;
      return this;
    }

    /**
     * Turns TLS on: HTTP/2 and HTTP/1.1, SSH (asked for by ALPN), and services that are not HTTP
     * (by server name). The files are read again when they change.
     *
     * @param chain a certificate for the host and its subdomains and those above it, in PEM
     * @param key its key, PKCS#8 in PEM
     */
    public Builder certificate(Path chain, Path key) {
      certificate = chain;
      certificateKey = key;
      return this;
    }

    /**
     * The file of the gateway's own SSH key, RSA without a passphrase, by which clients know it
     * again; made when it is not there. Without this, it has a new key each time. (ECDSA is taken,
     * too; this server has no Ed25519.)
     */
    public Builder hostKey(Path file) {
      hostKey = file;
      return this;
    }

    /**
     * Shows {@code /metrics} for Prometheus, {@code /healthz} and {@code /readyz} at this address;
     * not by default.
     */
    public Builder admin(InetSocketAddress address) {
      admin = address;
      return this;
    }

    /** How long a request's head may take to come; 20 seconds by default. */
    public Builder headTimeout(Duration most) {
      headTimeout = most;
      return this;
    }

    /** How long a service may take to accept a connection; 20 seconds by default. */
    public Builder connectTimeout(Duration most) {
      connectTimeout = most;
      return this;
    }

    /**
     * How long a connection may be without a request, and how long a client that sends no more
     * waits for the next part of its answer; 75 seconds by default.
     */
    public Builder idleTimeout(Duration most) {
      idleTimeout = most;
      return this;
    }

    /**
     * How long clients have to come back after the gateway has started: until then, a name that
     * nobody has is answered with 503, to be tried again, and not with 404; a minute by default.
     */
    public Builder restartTime(Duration most) {
      restartTime = most;
      return this;
    }

    /**
     * How many HTTP connections may be open at once; 20,000 by default, and 2,000 from one address.
     *
     * @param all in all
     * @param perAddress from one address: as many as all behind a proxy
     */
    public Builder httpConnections(int all, int perAddress) {
      httpConnections = all;
      httpConnectionsPerAddress = perAddress;
      return this;
    }

    /**
     * How many requests a second the services of one client may be asked, in bursts of a second's
     * worth; more are answered with 429. 0, the default, is no limit.
     */
    public Builder requestsPerSecond(int most) {
      requestsPerSecond = most;
      return this;
    }

    /**
     * How often clients are asked whether they are still there; those that have not answered three
     * times are dropped. 15 seconds by default.
     */
    public Builder checkClients(Duration every) {
      alive = every;
      return this;
    }

    /** How many SSH connections a client may have at once; 50 by default. */
    public Builder connectionsPerClient(int most) {
      connections = most;
      return this;
    }

    /** How many tunnels a client may have at once; 500 by default. */
    public Builder tunnelsPerClient(int most) {
      tunnels = most;
      return this;
    }

    /**
     * Believes the {@code X-Forwarded-*} and {@code Forwarded} headers of requests; right only
     * where every request comes through a proxy that sets them. Off by default.
     */
    public Builder trustForwarded() {
      trustForwarded = true;
      return this;
    }

    /**
     * Starts it.
     *
     * @return what the caller closes
     * @throws IllegalStateException without a URL
     * @throws IOException when an address cannot be listened on or the host key cannot be read
     */
    public TunnelGateway start() throws IOException {
      URI root = url;
      if (root == null) {
        throw new IllegalStateException(
            "a gateway needs its URL: builder().url(URI.create(\"https://…\"))");
      }
      KeyPair key = HostKey.read(hostKey);
      Tunnels open = new Tunnels();
      Metrics metrics = new Metrics();
      SshListener sshListener =
          SshListener.listen(
              ssh, key, root, open, new ClientLimits(connections, tunnels), alive, metrics);
      HttpListener httpListener = null;
      try {
        httpListener =
            HttpListener.listen(
                http,
                new ProxySettings(
                    root,
                    open,
                    metrics,
                    new Patience(headTimeout, connectTimeout, idleTimeout, restartTime),
                    new HttpLimits(httpConnections, httpConnectionsPerAddress, requestsPerSecond),
                    trustForwarded));
        InetSocketAddress tlsAddress = null;
        if (certificate != null && certificateKey != null) {
          tlsAddress =
              httpListener.listenTls(tls, certificate, certificateKey, sshListener.address());
        }
        TunnelGateway gateway =
            new TunnelGateway(sshListener, httpListener, tlsAddress, metrics, open, root);
        if (admin != null) {
          gateway.admin = AdminListener.listen(admin, gateway::metrics, () -> !gateway.leaving);
        }
        return gateway;
      } catch (IOException | RuntimeException | Error e) {
        sshListener.close();
        if (httpListener != null) {
          httpListener.close();
        }
        throw e;
      }
    }
  }
}
