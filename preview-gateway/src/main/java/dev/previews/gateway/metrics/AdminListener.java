package dev.previews.gateway.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code /metrics}, {@code /healthz} and {@code /readyz}, on a port of their own. */
public final class AdminListener implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          2,
          work -> {
            Thread thread = new Thread(work, "gateway-admin");
            thread.setDaemon(true);
            return thread;
          });

  private AdminListener(HttpServer server) {
    this.server = server;
  }

  /**
   * Listens.
   *
   * @param metrics what {@code /metrics} shows
   * @param ready whether requests should be sent here
   * @throws IOException when the address cannot be listened on
   */
  public static AdminListener listen(
      InetSocketAddress address, Supplier<String> metrics, BooleanSupplier ready)
      throws IOException {
    AdminListener listener = new AdminListener(HttpServer.create(address, 16));
    listener.server.setExecutor(listener.threads);
    listener.page("/metrics", metrics, () -> true);
    listener.page("/healthz", () -> "OK\n", () -> true);
    listener.page("/readyz", () -> ready.getAsBoolean() ? "OK\n" : "leaving\n", ready);
    listener.server.start();
    return listener;
  }

  private void page(String path, Supplier<String> text, BooleanSupplier good) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
            exchange
                .getResponseHeaders()
                .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(good.getAsBoolean() ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
          }
        });
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
