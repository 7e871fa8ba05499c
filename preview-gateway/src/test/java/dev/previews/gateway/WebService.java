package dev.previews.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** The JDK's HTTP server with a few pages: the service behind a tunnel. */
final class WebService implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** So many requests of {@code /together} are answered at once. */
  volatile CyclicBarrier together = new CyclicBarrier(1);

  /** How many bytes {@code /endless} got rid of. */
  final AtomicLong endless = new AtomicLong();

  WebService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    server.setExecutor(threads);
    page("/hello", exchange -> text(exchange, 200, "hello"));
    page(
        "/echo",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (InputStream in = exchange.getRequestBody();
              OutputStream out = exchange.getResponseBody()) {
            byte[] bytes = new byte[64 * 1024];
            int count;
            while ((count = in.read(bytes)) >= 0) {
              out.write(bytes, 0, count);
              out.flush();
            }
          }
        });
    page(
        "/head",
        exchange -> {
          StringBuilder seen =
              new StringBuilder(
                  exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n");
          exchange
              .getRequestHeaders()
              .forEach(
                  (name, values) ->
                      values.forEach(
                          value ->
                              seen.append(name.toLowerCase(java.util.Locale.ROOT))
                                  .append(": ")
                                  .append(value)
                                  .append('\n')));
          text(exchange, 200, seen.toString());
        });
    page("/together", this::awaitOthers);
    page("/missing", exchange -> text(exchange, 404, "not here"));
    page("/nothing", exchange -> exchange.sendResponseHeaders(204, -1));
    page(
        "/sized",
        exchange -> {
          byte[] body = new byte[Integer.parseInt(exchange.getRequestURI().getQuery())];
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        });
    page(
        "/events",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          for (int i = 0; i < 50; i++) {
            out.write(("data: " + i + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            pause(100);
          }
        });
    page(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] bytes = new byte[64 * 1024];
          while (true) {
            exchange.getResponseBody().write(bytes);
            endless.addAndGet(bytes.length);
          }
        });
    server.start();
  }

  private interface Page {
    void answer(HttpExchange exchange) throws IOException;
  }

  private void page(String path, Page page) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            page.answer(exchange);
          }
        });
  }

  private static void text(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        status, exchange.getRequestMethod().equals("HEAD") ? -1 : body.length);
    if (!exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Tells by which connection the request came. */
  private void awaitOthers(HttpExchange exchange) throws IOException {
    try {
      together.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IOException(e);
    }
    text(exchange, 200, String.valueOf(exchange.getRemoteAddress().getPort()));
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
