package dev.previews.kube.cluster;

import dev.previews.exec.Deadline;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An API server that says what a test wants it to: HTTP and WebSockets on this machine's loopback.
 * It also serves as a proxy to itself.
 */
public final class FakeServer implements AutoCloseable {
  /** What the server does with a request; returns false for one that is none of its. */
  @FunctionalInterface
  public interface Handler {
    boolean handle(FakeExchange exchange) throws Exception;
  }

  private final ServerSocket listener;
  private final List<Handler> handlers = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** A server that knows its version, and nothing more. */
  public FakeServer() {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("fake-server", this::accept);
  }

  /** Asks this handler before those that are there. */
  public FakeServer on(Handler handler) {
    handlers.add(0, handler);
    return this;
  }

  /** Answers requests of this method and path, without the query, with a JSON text. */
  public FakeServer on(String method, String path, int status, String json) {
    return on(
        exchange ->
            exchange.method().equals(method)
                && exchange.path().equals(path)
                && exchange.answer(status, json));
  }

  /** Its address. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** What it was asked: method, path and query. */
  public List<String> requests() {
    return requests;
  }

  /** A kubeconfig in a directory, that leads to it. */
  public Path kubeconfig(Path directory) throws IOException {
    return Files.writeString(
        directory.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: fake, cluster: {server: "%s"}}]
        users: [{name: me, user: {token: secret-token}}]
        contexts: [{name: fake, context: {cluster: fake, user: me}}]
        current-context: fake
        """
            .formatted(url()));
  }

  /** A cluster that is this server; the caller closes it. */
  public Cluster cluster(Path directory) throws IOException {
    return Cluster.open(
        new ClusterSettings(kubeconfig(directory), null, "ns", Duration.ofSeconds(20)),
        Deadline.in(Duration.ofSeconds(60)));
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        start("fake-connection", () -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (FakeExchange exchange = FakeExchange.read(in, socket);
          exchange != null && !exchange.over();
          exchange = FakeExchange.read(in, socket)) {
        dispatch(exchange);
        if (exchange.over()) {
          return;
        }
      }
    } catch (Exception e) {
      // The test sees it at the other end.
    } finally {
      open.remove(socket);
    }
  }

  private void dispatch(FakeExchange exchange) throws Exception {
    if (exchange.method().equals("CONNECT")) {
      requests.add("CONNECT " + exchange.target());
      exchange.raw("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return;
    }
    requests.add(exchange.method() + " " + exchange.target());
    for (Handler handler : handlers) {
      if (handler.handle(exchange)) {
        return;
      }
    }
    if (exchange.path().equals("/version")) {
      exchange.answer(200, "{\"major\":\"1\",\"minor\":\"30\"}");
    } else {
      exchange.answer(404, "{\"kind\":\"Status\",\"code\":404,\"message\":\"nothing here\"}");
    }
  }

  static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
