package dev.previews.gateway.ssh;

import dev.previews.gateway.tunnels.ClaimRefusedException;
import dev.previews.gateway.tunnels.ForwardRequest;
import dev.previews.gateway.tunnels.StreamUse;
import dev.previews.gateway.tunnels.Tunnel;
import dev.previews.gateway.tunnels.TunnelClient;
import dev.previews.gateway.tunnels.TunnelStream;
import dev.previews.gateway.tunnels.Tunnels;
import dev.previews.tunnel.keys.SshPublicKey;
import dev.previews.tunnel.names.ClientId;
import dev.previews.tunnel.names.HostLabel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One authenticated SSH connection and its tunnels. */
final class ClientConnection implements TunnelClient {
  static final AttributeKey<ClientConnection> ATTRIBUTE = new AttributeKey<>();

  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
  private static final int MOST_WAITING = 1000;
  private static final long PING_MILLIS = 2000;

  /** Where the ports begin that are given to those who ask for any. */
  private static final int FIRST_PORT = 20_000;

  private static final String KEEP_ALIVE = "keepalive@openssh.com";

  private final ServerSession session;
  private final SshPublicKey key;
  private final String id;
  private final Tunnels tunnels;
  private final ClientLimits limits;
  private final SerialReplies replies = new SerialReplies(MOST_WAITING);
  private final Map<ForwardTarget, Tunnel> forwards = new LinkedHashMap<>();
  private @Nullable CompletableFuture<Boolean> ping;
  private boolean closed;
  private int sessions;
  private int nextPort = FIRST_PORT;

  ClientConnection(ServerSession session, SshPublicKey key, Tunnels tunnels, ClientLimits limits) {
    this.session = session;
    this.key = key;
    this.id = ClientId.of(key.blob());
    this.tunnels = tunnels;
    this.limits = limits;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String environment() {
    return session.getUsername();
  }

  @Override
  public SshPublicKey key() {
    return key;
  }

  /** What comes from this client is answered in its order. */
  SerialReplies replies() {
    return replies;
  }

  /** Counts a session channel; false when there are too many. */
  synchronized boolean admitSession(int most) {
    return ++sessions <= most;
  }

  synchronized void sessionClosed() {
    sessions--;
  }

  /** A port that was not given to this client before. */
  synchronized int newPort() {
    return nextPort++;
  }

  /** The open forwards: each request and the label of its host. */
  synchronized Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    forwards.forEach((target, tunnel) -> labels.put(tunnel.request().text(), tunnel.label()));
    return labels;
  }

  /**
   * Opens a tunnel.
   *
   * @return completes when it is open, or with why not
   */
  CompletableFuture<Void> forward(ForwardTarget target, ForwardRequest request) {
    synchronized (this) {
      if (forwards.containsKey(target)) {
        return refused("'" + target.name() + "' is forwarded already");
      }
    }
    if (!limits.admitTunnel(id)) {
      return refused("a client may have " + limits.tunnels() + " tunnels");
    }
    Tunnel tunnel =
        new Tunnel(
            HostLabel.of(request.tunnel(), id),
            request,
            this,
            (origin, use, listener) -> open(target, origin, use, listener));
    return tunnels
        .claim(tunnel)
        .whenComplete(
            (done, failure) -> {
              if (failure != null || !keep(target, tunnel)) {
                limits.tunnelClosed(id);
              } else {
                log.atInfo()
                    .addKeyValue("client", id)
                    .addKeyValue("tunnel", tunnel)
                    .log("tunnel opened");
              }
            });
  }

  private static CompletableFuture<Void> refused(String why) {
    return CompletableFuture.failedFuture(new ClaimRefusedException(why));
  }

  private boolean keep(ForwardTarget target, Tunnel tunnel) {
    synchronized (this) {
      if (!closed) {
        forwards.put(target, tunnel);
        return true;
      }
    }
    tunnels.release(tunnel);
    return false;
  }

  /** Closes a tunnel; false when there is none. */
  boolean cancel(ForwardTarget target) {
    Tunnel tunnel;
    synchronized (this) {
      tunnel = forwards.remove(target);
    }
    if (tunnel == null) {
      return false;
    }
    close(tunnel);
    return true;
  }

  private void close(Tunnel tunnel) {
    tunnels.release(tunnel);
    limits.tunnelClosed(id);
    log.atInfo().addKeyValue("client", id).addKeyValue("tunnel", tunnel).log("tunnel closed");
  }

  private TunnelStream open(
      ForwardTarget target,
      InetSocketAddress origin,
      StreamUse use,
      TunnelStream.Listener listener) {
    SshStream stream = new SshStream(target, origin, use, listener);
    stream.openOn(session);
    return stream;
  }

  @Override
  public CompletableFuture<Boolean> ping() {
    return ping(PING_MILLIS);
  }

  /** Any answer will do; several pings at a time are one, each caller has its own patience. */
  synchronized CompletableFuture<Boolean> ping(long millis) {
    CompletableFuture<Boolean> asked = ping;
    if (asked == null || asked.isDone()) {
      asked = new CompletableFuture<>();
      ping = asked;
      ask(asked);
    }
    return asked.copy().completeOnTimeout(false, millis, TimeUnit.MILLISECONDS);
  }

  private void ask(CompletableFuture<Boolean> asked) {
    try {
      Buffer request = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, 64);
      request.putString(KEEP_ALIVE);
      request.putBoolean(true);
      session.request(request, KEEP_ALIVE, (command, answer) -> asked.complete(true));
    } catch (IOException | RuntimeException e) {
      asked.complete(false);
    }
  }

  @Override
  public void disconnect(String reason) {
    log.atInfo()
        .addKeyValue("client", id)
        .addKeyValue("reason", reason)
        .log("client is disconnected");
    session.close(true);
    closed();
  }

  /** The connection has ended: so have its tunnels. */
  void closed() {
    List<Tunnel> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(forwards.values());
      forwards.clear();
    }
    open.forEach(this::close);
    limits.connectionClosed(id);
  }

  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
