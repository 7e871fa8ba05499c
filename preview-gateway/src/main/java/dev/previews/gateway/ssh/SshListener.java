package dev.previews.gateway.ssh;

import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.tunnels.Tunnels;
import dev.previews.tunnel.keys.SshPublicKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes SSH connections until it is closed. */
public final class SshListener implements AutoCloseable {
  /**
   * What OpenSSH's client takes first where it is offered. Here Poly1305 is computed in Java; AES,
   * which every client knows too, by the processor.
   */
  private static final String SLOW = "chacha20";

  private static final Logger log = LoggerFactory.getLogger(SshListener.class);
  private static final int MISSED = 3;

  /** Connections that have not said yet whose they are. */
  private static final int MOST_UNKNOWN = 1000;

  private final Server server;
  private final Tunnels tunnels;
  private final ClientLimits limits;
  private final Duration alive;
  private final Set<ClientConnection> clients = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "gateway-alive");
            thread.setDaemon(true);
            return thread;
          });

  private SshListener(Server server, Tunnels tunnels, ClientLimits limits, Duration alive) {
    this.server = server;
    this.tunnels = tunnels;
    this.limits = limits;
    this.alive = alive;
  }

  /**
   * Listens.
   *
   * @param address with port 0 for any free one
   * @param root the gateway's own URL
   * @param hostKey RSA or ECDSA
   * @param alive how often clients are asked whether they are still there
   * @param metrics what counts
   * @throws IOException when the address cannot be listened on
   */
  public static SshListener listen(
      InetSocketAddress address,
      KeyPair hostKey,
      URI root,
      Tunnels tunnels,
      ClientLimits limits,
      Duration alive,
      Metrics metrics)
      throws IOException {
    Server server = (Server) ServerBuilder.builder().factory(Server::new).build();
    SshListener listener = new SshListener(server, tunnels, limits, alive);
    server.setHost(address.getHostString());
    server.setPort(address.getPort());
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setUserAuthFactories(List.of(new KeyAuthentication.Factory()));
    server.setChannelFactories(List.of(new CommandSession.Factory(new GatewayAnswers(root))));
    server.setGlobalRequestHandlers(List.of(new ForwardRequests(metrics)));
    server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
    server.setCipherFactories(
        server.getCipherFactories().stream().filter(it -> !it.getName().startsWith(SLOW)).toList());
    server.setSubsystemFactories(List.of());
    CoreModuleProperties.TCP_NODELAY.set(server, true);
    CoreModuleProperties.SOCKET_KEEPALIVE.set(server, true);
    CoreModuleProperties.SOCKET_BACKLOG.set(server, 512);
    CoreModuleProperties.IDLE_TIMEOUT.set(server, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(server, Duration.ZERO);
    CoreModuleProperties.AUTH_TIMEOUT.set(server, Duration.ofSeconds(20));
    CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, 20);
    CoreModuleProperties.WINDOW_SIZE.set(server, 1L << 20);
    // Preevy's agent (ssh2) asks for forwards of paths only where it sees a number of two digits.
    CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "PREVIEW-GATEWAY_10");
    server.addSessionListener(listener.new Sessions());
    server.start();
    listener.timer.scheduleWithFixedDelay(
        listener::checkAll, alive.toMillis(), alive.toMillis(), TimeUnit.MILLISECONDS);
    return listener;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getBoundAddresses().iterator().next();
  }

  /** How many clients are connected. */
  public int clients() {
    return clients.size();
  }

  private void checkAll() {
    Duration most = alive.multipliedBy(MISSED);
    for (ClientConnection client : clients) {
      client
          .ping(most.toMillis())
          .thenAccept(
              alive -> {
                if (!alive && clients.contains(client)) {
                  client.disconnect("it has not answered for " + most.toSeconds() + " s");
                }
              });
    }
  }

  /** Takes no more connections; those that there are go on. */
  public void stopAccepting() {
    server.stopAccepting();
  }

  /** Ends all connections. Closing twice is harmless. */
  @Override
  public void close() {
    timer.shutdownNow();
    clients.forEach(client -> client.disconnect("the gateway stops"));
    try {
      server.stop(true);
    } catch (IOException e) {
      log.warn("the SSH server was not closed cleanly: {}", e.toString());
    }
  }

  /** One that can stop listening before it ends its connections. */
  private static final class Server extends SshServer {
    void stopAccepting() {
      acceptor.unbind();
    }
  }

  private final class Sessions implements SessionListener {
    private final Set<Session> unknown = ConcurrentHashMap.newKeySet();

    @Override
    public void sessionCreated(Session session) {
      unknown.add(session);
      if (unknown.size() > MOST_UNKNOWN) {
        log.warn("more than {} connections have not logged in", MOST_UNKNOWN);
        session.close(true);
      }
    }

    @Override
    public void sessionEvent(Session session, Event event) {
      SshPublicKey key = session.getAttribute(KeyAuthentication.KEY);
      if (event != Event.Authenticated || key == null) {
        return;
      }
      unknown.remove(session);
      ClientConnection client = new ClientConnection((ServerSession) session, key, tunnels, limits);
      if (!limits.admitConnection(client.id())) {
        refuse(session, client);
        return;
      }
      session.setAttribute(ClientConnection.ATTRIBUTE, client);
      clients.add(client);
      log.atInfo()
          .addKeyValue("client", client.id())
          .addKeyValue("remote", session.getRemoteAddress())
          .addKeyValue("environment", session.getUsername())
          .log("client connected");
    }

    private void refuse(Session session, ClientConnection client) {
      log.atInfo()
          .addKeyValue("client", client.id())
          .addKeyValue("connections", limits.connections())
          .log("client has too many connections");
      try {
        session.disconnect(
            SshConstants.SSH2_DISCONNECT_TOO_MANY_CONNECTIONS,
            "a client may have " + limits.connections() + " connections");
      } catch (IOException e) {
        session.close(true);
      }
    }

    @Override
    public void sessionClosed(Session session) {
      unknown.remove(session);
      @Nullable ClientConnection client = session.getAttribute(ClientConnection.ATTRIBUTE);
      if (client != null && clients.remove(client)) {
        client.closed();
        log.atInfo().addKeyValue("client", client.id()).log("client is gone");
      }
    }
  }
}
