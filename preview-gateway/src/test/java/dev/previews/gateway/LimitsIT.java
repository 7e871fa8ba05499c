package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Those who take too much or are too slow are stopped, and nobody else is. */
@Timeout(60)
class LimitsIT {
  @TempDir Path folder;
  @RegisterExtension final PublishedPages site = new PublishedPages();

  /** Half-closed, with an answer that takes longer than an idle connection may. */
  @Test
  void whoSendsNoMoreGetsAllThatIsStillComing() throws Exception {
    try (WebService web = new WebService();
        OpenSsh.Running running =
            site.ssh().start("-R", "/web:127.0.0.1:" + web.port(), "--", "hello");
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), site.gateway().httpAddress().getPort())) {
      running.awaitStdout("\r\n");
      socket.setSoTimeout(10_000);
      RawService.send(socket.getOutputStream(), site.raw("/events"));
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("data: 49\n")
          .endsWith("0\r\n\r\n");
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAtOnce() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (OpenSsh.Running running = site.tunnel("")) {
      for (int i = 0; i < 61; i++) {
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), site.gateway().httpAddress().getPort());
        socket.setSoTimeout(5000);
        sockets.add(socket);
      }
      assertThat(sockets.get(60).getInputStream().read()).isEqualTo(-1);
      assertThat(site.admin("/metrics").body())
          .contains("preview_gateway_http_connections_refused_total 1\n");
      assertThat(running.process().isAlive()).isTrue();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void requestsThatComeTooFastAreToldSo() throws Exception {
    try (TunnelGateway strict =
            LoopbackGateway.at("http://tunnels.test")
                .requestsPerSecond(5)
                .restartTime(Duration.ofMinutes(1))
                .start();
        OpenSsh.Running running =
            site.ssh()
                .at(strict.sshAddress().getPort())
                .start("-R", "/web:127.0.0.1:" + site.pages().port(), "--", "hello")) {
      running.awaitStdout("\r\n");
      URI page =
          URI.create(
              "http://127.0.0.1:"
                  + strict.httpAddress().getPort()
                  + "/proxy/web-"
                  + site.id()
                  + "/plain");
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(
            site.client.sendAsync(
                HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()));
      }
      List<Integer> seen = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        seen.add(answer.get(20, TimeUnit.SECONDS).statusCode());
      }
      assertThat(seen).contains(200, 429).containsOnly(200, 429);
      HttpResponse<String> other =
          site.client.send(
              HttpRequest.newBuilder(URI.create(page.toString().replace(site.id(), "nobody12")))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(other.statusCode()).as("its client may be on its way").isEqualTo(503);
      assertThat(other.body()).contains("has just started");
      assertThat(other.headers().firstValue("retry-after")).contains("2");
    }
  }

  @Test
  void slowHeadsAreCutOff() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (OpenSsh.Running running = site.tunnel("")) {
      for (int i = 0; i < 50; i++) {
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), site.gateway().httpAddress().getPort());
        sockets.add(socket);
        RawService.send(socket.getOutputStream(), "GET / HTTP/1.1\r\nX: ");
      }
      assertThat(site.get("/head").statusCode()).isEqualTo(200);
      assertThat(running.process().isAlive()).isTrue();
      for (Socket socket : sockets) {
        socket.setSoTimeout(5000);
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** From a configuration file, as no command line holds so many. */
  @Test
  void whoOpensThousandsOfForwardsIsStopped() throws Exception {
    StringBuilder many = new StringBuilder("Host *\n");
    for (int i = 0; i < 3000; i++) {
      many.append("  RemoteForward /w")
          .append(i)
          .append(" 127.0.0.1:")
          .append(site.pages().port())
          .append('\n');
    }
    Path config = Files.writeString(folder.resolve("many"), many);
    try (OpenSsh.Running other = site.tunnel("");
        OpenSsh.Running greedy = site.ssh().start("-F", config.toString(), "-N")) {
      assertThat(greedy.awaitExit()).isEqualTo(255);
      assertThat(greedy.stderr()).contains("forwarding failed");
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> site.gateway().metrics().contains("preview_gateway_tunnels 1\n"));
      assertThat(site.get("/head").statusCode()).isEqualTo(200);
      assertThat(other.process().isAlive()).isTrue();
    }
  }
}
