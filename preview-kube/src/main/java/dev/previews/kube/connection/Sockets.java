package dev.previews.kube.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens the WebSockets of one connection, and knows those that are open. */
final class Sockets {
  /** Spoken by every server; a newer one could end the input, which is not enough. */
  private static final String SUBPROTOCOL = "v4.channel.k8s.io";

  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final Set<ChannelSocket> open = ConcurrentHashMap.newKeySet();

  Sockets(Cluster cluster) {
    this.cluster = cluster;
  }

  ChannelSocket exec(PodAddress pod) {
    String query =
        RemoteShell.ENTRY.stream()
            .map(it -> "command=" + Cluster.encode(it))
            .collect(Collectors.joining("&"));
    query +=
        "&container=" + Cluster.encode(pod.container()) + "&stdin=true&stdout=true&stderr=true";
    return open("the command in " + pod, pod, "exec", query);
  }

  ChannelSocket forward(PodAddress pod, int port) {
    String query = Cluster.query(Map.of("ports", String.valueOf(port)));
    return open("the stream to port " + port + " of " + pod, pod, "portforward", query);
  }

  private ChannelSocket open(String what, PodAddress pod, String subresource, String query) {
    ChannelSocket socket = new ChannelSocket(what);
    var opening = cluster.socket(pod.path(subresource), query, SUBPROTOCOL, socket);
    try {
      opening.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw refused(pod, subresource, e.getCause());
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
    socket.over().whenComplete((done, error) -> open.remove(socket));
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
