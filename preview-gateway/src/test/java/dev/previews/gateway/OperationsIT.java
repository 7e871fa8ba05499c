package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts in pages, metrics, leaving, and those who mean ill. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class OperationsIT {
  private static final byte[] CRLF = {'\r', '\n'};

  @TempDir Path folder;
  private RawService pages;
  private TunnelGateway gateway;
  private OpenSsh ssh;
  private String id;
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws Exception {
    pages = new RawService(OperationsIT::page);
    gateway =
        TunnelGateway.builder()
            .url(URI.create("http://tunnels.test"))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .admin(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .headTimeout(Duration.ofSeconds(1))
            .idleTimeout(Duration.ofSeconds(2))
            .httpConnections(60, 60)
            .tunnelsPerClient(100)
            .restartTime(Duration.ZERO)
            .start();
    ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
  }

  @AfterEach
  void stop() {
    gateway.close();
    pages.close();
  }

  private static void page(InputStream in, OutputStream out) throws Exception {
    while (true) {
      String head = RawService.head(in);
      String path = head.split(" ")[1];
      if (path.startsWith("/gzip")) {
        sendGzip(out, path);
        continue;
      }
      if (path.startsWith("/br")) {
        sendBrotli(out, path, head);
        continue;
      }
      String body =
          switch (path.replaceFirst("\\?.*", "")) {
            case "/head" ->
                "<!doctype html><!-- <head> --><html><HEAD"
                    + " lang=en><title>t</title></head><body>b</body></html>";
            case "/body" -> "<html><body class=x>b</body></html>";
            case "/bare" -> "just text";
            case "/slow" -> "slow";
            default -> "<html><head></head></html>";
          };
      if (path.equals("/slow")) {
        Thread.sleep(1500);
      }
      String type = path.startsWith("/plain") ? "text/plain" : "text/html";
      String encoding =
          head.toLowerCase(java.util.Locale.ROOT).contains("accept-encoding: gzip")
              ? "x-compressed: yes\r\n"
              : "";
      RawService.send(
          out,
          "HTTP/1.1 200 OK\r\nContent-Type: "
              + type
              + "\r\nETag: \"v1\"\r\n"
              + encoding
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
    }
  }

  /** A page that is compressed whatever was asked for, and what only says that it is one. */
  private static void sendGzip(OutputStream out, String path) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (path.equals("/gzip/broken")) {
      body.writeBytes("<html><head></head>p</html>".getBytes(StandardCharsets.UTF_8));
    } else {
      try (OutputStream gzip = new GZIPOutputStream(body)) {
        gzip.write("<html><head></head>p</html>".getBytes(StandardCharsets.UTF_8));
        if (path.equals("/gzip/bomb")) {
          gzip.write(new byte[100 << 20]);
        }
      }
    }
    RawService.send(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
            + "Content-Length: "
            + body.size()
            + "\r\n\r\n");
    body.writeTo(out);
    out.flush();
  }

  private static byte[] brotli(String path) {
    byte[] page = BrotliSample.PAGE.compressed();
    return switch (path) {
      case "/br/broken" -> BrotliSample.PAGE.text();
      case "/br/bomb" -> BrotliSample.BOMB.compressed();
      case "/br/cut" -> Arrays.copyOf(page, page.length - 1);
      default -> page;
    };
  }

  /** The same page, compressed with br whatever was asked for. */
  private static void sendBrotli(OutputStream out, String path, String head) throws IOException {
    byte[] body = brotli(path);
    RawService.send(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: br\r\n"
            + "X-Asked: "
            + head.replaceAll("(?is).*accept-encoding: *([^\r]*).*", "$1")
            + "\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n");
    for (byte one : body) {
      out.write('1');
      out.write(CRLF);
      out.write(one);
      out.write(CRLF);
      out.flush();
    }
    RawService.send(out, "0\r\nX-End: yes\r\n\r\n");
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create(
                "http://127.0.0.1:" + gateway.httpAddress().getPort() + "/proxy/web-" + id + path))
        .timeout(Duration.ofSeconds(20));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        request(path).header("Accept-Encoding", "gzip").build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private OpenSsh.Running tunnel(String arguments) throws Exception {
    OpenSsh.Running running =
        ssh.start("-R", "/web" + arguments + ":127.0.0.1:" + pages.port(), "--", "hello");
    running.awaitStdout("\r\n");
    return running;
  }

  private static String inject(String json) {
    return "#inject="
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void scriptsAreAddedToPages() throws Exception {
    try (OpenSsh.Running running = tunnel(inject("[{\"src\":\"/a.js\",\"async\":true}]"))) {
      String a = "<script src=\"/a.js\" async></script>";
      HttpResponse<String> head = get("/head");
      assertThat(head.body())
          .isEqualTo(
              "<!doctype html><!-- <head> --><html><HEAD lang=en>"
                  + a
                  + "<title>t</title></head><body>b</body></html>");
      assertThat(head.headers().firstValue("etag").orElse("")).startsWith("\"v1+preevy:");
      assertThat(head.headers().firstValue("x-compressed")).isEmpty();
      assertThat(get("/body").body())
          .isEqualTo("<html><head>" + a + "</head><body class=x>b</body></html>");
      assertThat(get("/bare").body()).isEqualTo("just text<head>" + a + "</head>");
      assertThat(get("/plain").body()).isEqualTo("<html><head></head></html>");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageThatIsCompressedUnaskedGetsScriptsToo() throws Exception {
    try (OpenSsh.Running running = tunnel(inject("[{\"src\":\"/a.js\"}]"))) {
      HttpResponse<String> page = get("/gzip");
      assertThat(page.headers().firstValue("content-encoding")).isEmpty();
      assertThat(page.body())
          .isEqualTo("<html><head><script src=\"/a.js\"></script></head>p</html>");
      assertThatThrownBy(() -> get("/gzip/bomb")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get("/gzip/broken")).isInstanceOf(IOException.class);
      assertThat(get("/gzip").body()).endsWith("p</html>");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageInBrGetsScriptsToo() throws Exception {
    try (OpenSsh.Running running = tunnel(inject("[{\"src\":\"/a.js\"}]"))) {
      HttpResponse<String> page = get("/br");
      assertThat(page.headers().firstValue("content-encoding")).isEmpty();
      assertThat(page.headers().firstValue("x-asked")).contains("identity");
      assertThat(page.body())
          .isEqualTo("<html><head><script src=\"/a.js\"></script></head>p</html>");
      assertThatThrownBy(() -> get("/br/bomb")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get("/br/broken")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get("/br/cut")).isInstanceOf(IOException.class);
      assertThat(get("/br").body()).endsWith("p</html>");
      int connections = pages.connections.get();
      assertThat(get("/br").body()).endsWith("p</html>");
      assertThat(pages.connections.get())
          .as("the service's connection is used again")
          .isEqualTo(connections);
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void theTrailersOfAPageInBrAreKept() throws Exception {
    try (OpenSsh.Running running = tunnel(inject("[{\"src\":\"/a.js\"}]"));
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      RawService.send(
          socket.getOutputStream(),
          raw("/br").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("/a.js")
          .containsIgnoringCase("0\r\nX-End: yes\r\n\r\n");
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void aPageInBrWithoutScriptsIsPassedOnAsItIs() throws Exception {
    try (OpenSsh.Running running =
        tunnel(inject("[{\"src\":\"/a.js\",\"pathRegex\":\"^/other\"}]"))) {
      for (String path : List.of("/br", "/br/broken", "/br/cut", "/br/bomb")) {
        HttpResponse<byte[]> page =
            client.send(
                request(path).header("Accept-Encoding", "br, gzip").build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(page.headers().firstValue("content-encoding")).contains("br");
        assertThat(page.headers().firstValue("x-asked")).contains("br, gzip");
        assertThat(page.body()).as(path).isEqualTo(brotli(path));
      }
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void scriptsAreForPathsAndPatternsEnd() throws Exception {
    try (OpenSsh.Running running =
        tunnel(inject("[{\"src\":\"/b.js\",\"pathRegex\":\"^/body\"}]"))) {
      assertThat(get("/body").body()).contains("/b.js");
      assertThat(get("/head").body()).doesNotContain("/b.js");
      assertThat(running.process().isAlive()).isTrue();
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> get("/").statusCode() == 503);
    try (OpenSsh.Running running =
        tunnel(inject("[{\"src\":\"/b.js\",\"pathRegex\":\"(a+)+$\"}]"))) {
      long begin = System.nanoTime();
      assertThat(get("/?" + "a".repeat(60) + "!").body()).doesNotContain("/b.js");
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .as("a pattern that never ends")
          .isLessThan(Duration.ofSeconds(3));
      assertThat(running.process().isAlive()).isTrue();
    }
  }

  @Test
  void metricsAreShown() throws Exception {
    try (OpenSsh.Running running = tunnel("")) {
      get("/head");
      get("/plain");
      assertThat(running.process().isAlive()).isTrue();
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(
              () ->
                  assertThat(admin("/metrics").body())
                      .contains(
                          "preview_gateway_clients 1\n",
                          "preview_gateway_tunnels 1\n",
                          "preview_gateway_requests_total{status=\"2xx\"} 2\n",
                          "preview_gateway_requests_active 0\n",
                          "preview_gateway_request_seconds_count 2\n")
                      .doesNotContain("preview_gateway_sent_bytes_total 0\n"));
      assertThat(admin("/healthz").statusCode()).isEqualTo(200);
      assertThat(admin("/readyz").statusCode()).isEqualTo(200);
    }
  }

  private HttpResponse<String> admin(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + gateway.adminAddress().orElseThrow().getPort() + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void whoLeavesFinishesWhatIsUnderWay() throws Exception {
    try (OpenSsh.Running running = tunnel("")) {
      CompletableFuture<HttpResponse<String>> slow =
          client.sendAsync(request("/slow").build(), HttpResponse.BodyHandlers.ofString());
      Thread.sleep(300);
      CompletableFuture<Void> left =
          CompletableFuture.runAsync(() -> gateway.drain(Duration.ofSeconds(10)));
      await().atMost(Duration.ofSeconds(5)).until(() -> admin("/readyz").statusCode() == 503);
      assertThat(slow.get(10, TimeUnit.SECONDS).body()).contains("slow");
      left.get(10, TimeUnit.SECONDS);
      assertThat(running.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Kept-alive connections are told to end with the answer, so that no request is cut. */
  @Test
  void whoLeavesSaysSoToKeptConnections() throws Exception {
    try (OpenSsh.Running running = tunnel("");
        Socket kept =
            new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort())) {
      kept.setSoTimeout(10_000);
      RawService.send(kept.getOutputStream(), raw("/slow"));
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> gateway.metrics().contains("preview_gateway_requests_active 1\n"));
      CompletableFuture<Void> left =
          CompletableFuture.runAsync(() -> gateway.drain(Duration.ofSeconds(10)));
      assertThat(new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 200 OK")
          .contains("connection: close")
          .endsWith("slow");
      left.get(10, TimeUnit.SECONDS);
      assertThat(running.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private String raw(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: web-" + id + ".tunnels.test\r\n\r\n";
  }

  /** Half-closed, with an answer that takes longer than an idle connection may. */
  @Test
  void whoSendsNoMoreGetsAllThatIsStillComing() throws Exception {
    try (WebService web = new WebService();
        OpenSsh.Running running = ssh.start("-R", "/web:127.0.0.1:" + web.port(), "--", "hello");
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort())) {
      running.awaitStdout("\r\n");
      socket.setSoTimeout(10_000);
      RawService.send(socket.getOutputStream(), raw("/events"));
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("data: 49\n")
          .endsWith("0\r\n\r\n");
    }
  }

  @Test
  void oneConnectionTooManyIsClosedAtOnce() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (OpenSsh.Running running = tunnel("")) {
      for (int i = 0; i < 61; i++) {
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort());
        socket.setSoTimeout(5000);
        sockets.add(socket);
      }
      assertThat(sockets.get(60).getInputStream().read()).isEqualTo(-1);
      assertThat(admin("/metrics").body())
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
            TunnelGateway.builder()
                .url(URI.create("http://tunnels.test"))
                .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .requestsPerSecond(5)
                .start();
        OpenSsh.Running running =
            ssh.at(strict.sshAddress().getPort())
                .start("-R", "/web:127.0.0.1:" + pages.port(), "--", "hello")) {
      running.awaitStdout("\r\n");
      URI page =
          URI.create(
              "http://127.0.0.1:" + strict.httpAddress().getPort() + "/proxy/web-" + id + "/plain");
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(
            client.sendAsync(
                HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()));
      }
      List<Integer> seen = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        seen.add(answer.get(20, TimeUnit.SECONDS).statusCode());
      }
      assertThat(seen).contains(200, 429).containsOnly(200, 429);
      HttpResponse<String> other =
          client.send(
              HttpRequest.newBuilder(URI.create(page.toString().replace(id, "nobody12"))).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(other.statusCode()).as("its client may be on its way").isEqualTo(503);
      assertThat(other.body()).contains("has just started");
      assertThat(other.headers().firstValue("retry-after")).contains("2");
    }
  }

  @Test
  void slowHeadsAreCutOff() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (OpenSsh.Running running = tunnel("")) {
      for (int i = 0; i < 50; i++) {
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort());
        sockets.add(socket);
        RawService.send(socket.getOutputStream(), "GET / HTTP/1.1\r\nX: ");
      }
      assertThat(get("/head").statusCode()).isEqualTo(200);
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
          .append(pages.port())
          .append('\n');
    }
    Path config = Files.writeString(folder.resolve("many"), many);
    try (OpenSsh.Running other = tunnel("");
        OpenSsh.Running greedy = ssh.start("-F", config.toString(), "-N")) {
      assertThat(greedy.awaitExit()).isEqualTo(255);
      assertThat(greedy.stderr()).contains("forwarding failed");
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> gateway.metrics().contains("preview_gateway_tunnels 1\n"));
      assertThat(get("/head").statusCode()).isEqualTo(200);
      assertThat(other.process().isAlive()).isTrue();
    }
  }
}
