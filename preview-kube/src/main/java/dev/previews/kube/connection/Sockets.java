package dev.previews.kube.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens the WebSockets of one connection, and knows those that are open. */
final class Sockets {
  /**
   * Spoken by every server of today. What the next one adds, the end of the input, is not enough:
   * an input that breaks off would look like a whole one, so pieces with their lengths are sent in
   * both.
   */
  private static final String PROTOCOL = "v4.channel.k8s.io";

  /** For servers that do not speak that any more. */
  static final String NEWER = "v5.channel.k8s.io";

  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration SILENCE = Duration.ofSeconds(90);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Cluster cluster;
  private final Consumer<PodAddress> whenGone;
  private final Duration silence;
  private final Set<ChannelSocket> open = ConcurrentHashMap.newKeySet();
  private volatile String execProtocol = PROTOCOL;

  /**
   * The sockets of a connection.
   *
   * @param whenGone told when a container is perhaps not there any more
   */
  Sockets(Cluster cluster, Consumer<PodAddress> whenGone) {
    this(cluster, whenGone, SILENCE);
  }

  Sockets(Cluster cluster, Consumer<PodAddress> whenGone, Duration silence) {
    this.cluster = cluster;
    this.whenGone = whenGone;
    this.silence = silence;
  }

  void gone(PodAddress pod) {
    whenGone.accept(pod);
  }

  ChannelSocket exec(PodAddress pod) {
    String query =
        RemoteShell.ENTRY.stream()
            .map(it -> "command=" + Cluster.encode(it))
            .collect(Collectors.joining("&"));
    query +=
        "&container=" + Cluster.encode(pod.container()) + "&stdin=true&stdout=true&stderr=true";
    String what = "the command in " + pod;
    String protocol = execProtocol;
    try {
      return open(what, pod, "exec", query, protocol);
    } catch (PreviewException e) {
      if (!protocol.equals(PROTOCOL) || !mayBeOfProtocol(e.getCause())) {
        throw e;
      }
      try {
        ChannelSocket socket = open(what, pod, "exec", query, NEWER);
        execProtocol = NEWER;
        return socket;
      } catch (PreviewException again) {
        throw e;
      }
    }
  }

  /** Servers say 400, or 403 as for a missing right, when they do not know the protocol. */
  private static boolean mayBeOfProtocol(@Nullable Throwable cause) {
    return cause instanceof WebSocketHandshakeException handshake
        && (handshake.getResponse().statusCode() == 400
            || handshake.getResponse().statusCode() == 403);
  }

  ChannelSocket forward(PodAddress pod, int port) {
    String query = Cluster.query(Map.of("ports", String.valueOf(port)));
    return open("the stream to port " + port + " of " + pod, pod, "portforward", query, PROTOCOL);
  }

  private ChannelSocket open(
      String what, PodAddress pod, String subresource, String query, String protocol) {
    Deadline deadline = Deadline.in(ANSWER);
    boolean loggedIn = false;
    while (true) {
      try {
        return openOnce(what, pod, subresource + "?" + query, protocol, deadline);
      } catch (HandshakeRefused e) {
        int status = e.status();
        if (status == 401 && !loggedIn) {
          // A plain request fetches a new token where there is one to be had.
          loggedIn = true;
          cluster.logIn(deadline);
        } else if ((status == 429 || status == 503) && !deadline.passed()) {
          deadline.pause(e.retryAfter(PAUSE), what, e::toString);
        } else {
          throw refused(pod, subresource, e.getCause());
        }
      }
    }
  }

  private ChannelSocket openOnce(
      String what, PodAddress pod, String request, String protocol, Deadline deadline)
      throws HandshakeRefused {
    ChannelSocket socket = new ChannelSocket(what, silence);
    int mark = request.indexOf('?');
    var opening =
        cluster.socket(
            pod.path(request.substring(0, mark)), request.substring(mark + 1), protocol, socket);
    try {
      opening.get(Math.max(1, deadline.remaining().toMillis()), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw new HandshakeRefused(e.getCause());
    } catch (TimeoutException e) {
      opening.whenComplete((late, error) -> socket.close());
      throw new ConnectionException(
          "the Kubernetes API server "
              + cluster.server()
              + " did not open "
              + what
              + " within "
              + ANSWER.toSeconds()
              + " s");
    } catch (InterruptedException e) {
      opening.whenComplete((late, error) -> socket.close());
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while opening " + what, e);
    }
    open.add(socket);
    socket
        .over()
        .whenComplete(
            (done, error) -> {
              open.remove(socket);
              if (socket.wasLost()) {
                gone(pod);
              }
            });
    return socket;
  }

  private PreviewException refused(PodAddress pod, String subresource, @Nullable Throwable cause) {
    if (!(cause instanceof WebSocketHandshakeException handshake)) {
      throw new ConnectionException(
          "the Kubernetes API server " + cluster.server() + " cannot be reached for " + pod,
          String.valueOf(cause),
          cause);
    }
    int status = handshake.getResponse().statusCode();
    String said = "HTTP status " + status;
    if (status == 404) {
      throw new NotFoundException(pod + " is gone", said, cause);
    }
    return status == 403
        ? new RemoteCommandException(
            "the Kubernetes API server "
                + cluster.server()
                + " refused pods/"
                + subresource
                + " on "
                + pod
                + ": a role with get and create on pods/"
                + subresource
                + " is missing, see rbac.yaml of preview-kube",
            said,
            cause)
        : new ConnectionException(
            "the Kubernetes API server "
                + cluster.server()
                + " refused pods/"
                + subresource
                + " on "
                + pod,
            said,
            cause);
  }

  /** A WebSocket that was not opened. */
  private static final class HandshakeRefused extends Exception {
    private static final long serialVersionUID = 1L;

    HandshakeRefused(@Nullable Throwable cause) {
      super(cause);
    }

    int status() {
      return getCause() instanceof WebSocketHandshakeException handshake
          ? handshake.getResponse().statusCode()
          : 0;
    }

    Duration retryAfter(Duration otherwise) {
      return getCause() instanceof WebSocketHandshakeException handshake
          ? handshake
              .getResponse()
              .headers()
              .firstValue("Retry-After")
              .filter(it -> it.matches("\\d{1,4}"))
              .map(it -> Duration.ofSeconds(Long.parseLong(it)))
              .orElse(otherwise)
          : otherwise;
    }
  }

  Liveness liveness() {
    return new Liveness(cluster);
  }

  void ping() {
    open.forEach(ChannelSocket::ping);
  }

  void abort() {
    open.forEach(it -> it.abort(new IOException("the connection was closed here")));
  }
}
