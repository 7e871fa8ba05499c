package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP side: real clients, a real tunnel of OpenSSH, real services. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class HttpIT {
  private static final int MEBI = 1024 * 1024;

  @TempDir static Path folder;
  private static WebService web;
  private static RawService echo;
  private static RawService odd;
  private static TunnelGateway gateway;
  private static OpenSsh.Running tunnels;
  private static String id;
  private static final CountDownLatch mayRead = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    web = new WebService();
    echo = RawService.webSocketEcho();
    odd = new RawService(HttpIT::oddAnswers);
    gateway =
        TunnelGateway.builder()
            .url(URI.create("http://tunnels.localhost"))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .restartTime(Duration.ZERO)
            .start();
    OpenSsh ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
    tunnels =
        ssh.start(
            "-R", "/web:127.0.0.1:" + web.port(),
            "-R", "/echo:127.0.0.1:" + echo.port(),
            "-R", "/odd:127.0.0.1:" + odd.port(),
            "--", "hello");
    tunnels.awaitStdout("\r\n");
  }

  @AfterAll
  static void stop() {
    tunnels.close();
    gateway.close();
    odd.close();
    echo.close();
    web.close();
  }

  /** Answers that few servers give, chosen by path. */
  private static void oddAnswers(InputStream in, OutputStream out) throws Exception {
    while (true) {
      String head = RawService.head(in);
      String path = head.split(" ")[1];
      switch (path) {
        case "/trailers" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Transfer-Encoding: chunked\r\n"
                    + "Trailer: x-sum\r\n\r\n"
                    + "5\r\n"
                    + "hello\r\n"
                    + "0\r\n"
                    + "x-sum: 42\r\n\r\n");
        case "/until-end" -> {
          RawService.send(out, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
          return;
        }
        case "/early" ->
            RawService.send(
                out,
                "HTTP/1.1 103 Early Hints\r\n"
                    + "link: </a>\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 4\r\n\r\n"
                    + "done");
        case "/cut" -> {
          RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
          return;
        }
        case "/garbage" -> {
          RawService.send(out, "this is not HTTP\r\n\r\n");
          return;
        }
        case "/slam" -> {
          return;
        }
        case "/continue" -> {
          RawService.send(out, "HTTP/1.1 100 Continue\r\n\r\n");
          byte[] body = in.readNBytes(5);
          RawService.send(
              out,
              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                  + new String(body, StandardCharsets.US_ASCII));
        }
        case "/late" -> {
          mayRead.await();
          long length = Long.parseLong(head.replaceAll("(?is).*content-length: *(\\d+).*", "$1"));
          in.skipNBytes(length);
          RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
        }
        case "/refuse" ->
            RawService.send(
                out,
                "HTTP/1.1 417 Expectation Failed\r\n"
                    + "Content-Length: 0\r\n"
                    + "Connection: close\r\n\r\n");
        case "/raw" -> {
          RawService.send(
              out,
              "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
          byte[] all = in.readAllBytes();
          RawService.send(out, "got " + all.length);
          return;
        }
        case "/hop" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 2\r\n"
                    + "Connection: keep-alive, x-mine\r\n"
                    + "Keep-Alive: timeout=5\r\n"
                    + "X-Mine: 1\r\n"
                    + "X-Yours: 2\r\n\r\n"
                    + "ok");
        case "/smuggle" ->
            RawService.send(
                out,
                "HTTP/1.1 200 OK\r\n"
                    + "Content-Length: 3\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "2\r\n"
                    + "ok\r\n"
                    + "0\r\n\r\n");
        default -> RawService.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    }
  }

  private static int port() {
    return gateway.httpAddress().getPort();
  }

  private static HttpRequest.Builder request(String name, String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port() + "/proxy/" + name + "-" + id + path))
        .timeout(Duration.ofSeconds(40));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends bytes as they are and reads all that comes until the end. */
  private static String raw(String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      RawService.send(socket.getOutputStream(), text);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String host(String name) {
    return "Host: " + name + "-" + id + ".tunnels.localhost\r\n";
  }

  /** What dots mean is the service's to say; they never lead to another one. */
  @Test
  void dotsInPathsGoToTheServiceAsTheyAre() throws Exception {
    for (String path : List.of("/head/../x", "/head/%2e%2e/x", "/head/..%2f..%2fodd-" + id)) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\n" + host("web") + "Connection: close\r\n\r\n"))
          .contains("GET " + path + "\n");
      assertThat(
              raw(
                  "GET /proxy/web-"
                      + id
                      + path
                      + " HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
          .contains("GET " + path + "\n");
    }
    assertThat(
            raw(
                "GET /proxy/../odd-"
                    + id
                    + "/ HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void hostsLeadToServices() throws Exception {
    String answer = raw("GET /hello HTTP/1.1\r\n" + host("web") + "Connection: close\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("hello")
        .containsIgnoringCase("connection: close");
    String withPort =
        raw(
            "GET /hello HTTP/1.1\r\nHost: WEB-"
                + id
                + ".Tunnels.LocalHost:8080\r\nConnection: close\r\n\r\n");
    assertThat(withPort).endsWith("hello");
    String absolute =
        raw(
            "GET http://web-"
                + id
                + ".tunnels.localhost/hello HTTP/1.1\r\n"
                + "Host: elsewhere\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(absolute).endsWith("hello");
  }

  @Test
  void requestsFollowEachOtherOnAConnection() throws Exception {
    String three =
        raw(
            ("GET /hello HTTP/1.1\r\n" + host("web") + "\r\n").repeat(2)
                + "POST /echo HTTP/1.1\r\n"
                + host("web")
                + "Content-Length: 3\r\n\r\nabc"
                + "GET /missing HTTP/1.1\r\n"
                + host("web")
                + "Connection: close\r\n\r\n");
    assertThat(three.split("HTTP/1.1 ", -1)).hasSize(5);
    assertThat(three).contains("abc").endsWith("not here");
  }

  @Test
  void anOldClientIsServed() throws Exception {
    assertThat(raw("GET /echo HTTP/1.0\r\n" + host("web") + "\r\n"))
        .startsWith("HTTP/1.1 200")
        .doesNotContainIgnoringCase("chunked");
    assertThat(raw("GET /hello HTTP/1.0\r\n" + host("web") + "\r\n")).endsWith("hello");
  }

  @Test
  void theServiceSeesWhoAsksAndNoHopByHopHeaders() throws Exception {
    String seen =
        raw(
            "GET /head?a=b%20c HTTP/1.1\r\n"
                + host("web")
                + "Connection: close, x-hop\r\n"
                + "X-Hop: 1\r\n"
                + "Keep-Alive: 3\r\n"
                + "TE: trailers, deflate\r\n"
                + "Proxy-Authorization: x\r\n"
                + "X-Forwarded-For: 1.2.3.4\r\n"
                + "X-Forwarded-Proto: https\r\n"
                + "Forwarded: for=1.2.3.4\r\n"
                + "X-Mine: 2\r\n\r\n");
    assertThat(seen)
        .contains(
            "GET /head?a=b%20c\n",
            "host: web-" + id + ".tunnels.localhost\n",
            "x-forwarded-for: 127.0.0.1\n",
            "x-forwarded-proto: http\n",
            "x-forwarded-host: web-" + id + ".tunnels.localhost\n",
            "x-forwarded-port: 80\n",
            "te: trailers\n",
            "x-mine: 2\n")
        .contains("forwarded: for=127.0.0.1;host=\"web-" + id + ".tunnels.localhost\";proto=http\n")
        .doesNotContain("x-hop", "keep-alive: 3", "proxy-authorization", "1.2.3.4", "deflate");
    String byPath = send(request("web", "/head?x")).body();
    assertThat(byPath).contains("GET /head?x\n", "x-forwarded-prefix: /proxy/web-" + id + "\n");
    String hop = raw("GET /hop HTTP/1.1\r\n" + host("odd") + "Connection: close\r\n\r\n");
    assertThat(hop.toLowerCase(java.util.Locale.ROOT))
        .contains("x-yours: 2")
        .doesNotContain("x-mine", "timeout=5");
  }

  @Test
  void statusesAndEmptyAnswersPass() throws Exception {
    assertThat(send(request("web", "/missing")).statusCode()).isEqualTo(404);
    assertThat(send(request("web", "/missing")).body()).isEqualTo("not here");
    assertThat(send(request("web", "/nothing")).statusCode()).isEqualTo(204);
    HttpResponse<String> head =
        send(request("web", "/hello").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(send(request("web", "/hello")).body()).isEqualTo("hello");
  }

  /** Both ways at once, and more than all windows hold. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void largeBodiesPassBothWays(boolean chunked) throws Exception {
    byte[] body = new byte[24 * MEBI];
    new Random(1).nextBytes(body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      RawService.send(
          out,
          "POST /echo HTTP/1.1\r\n"
              + host("web")
              + "Connection: close\r\n"
              + (chunked
                  ? "Transfer-Encoding: chunked\r\n\r\n"
                  : "Content-Length: " + body.length + "\r\n\r\n"));
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  RawService.send(out, chunked ? Integer.toHexString(body.length) + "\r\n" : "");
                  out.write(body);
                  RawService.send(out, chunked ? "\r\n0\r\n\r\n" : "");
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      InputStream in = new java.io.BufferedInputStream(socket.getInputStream(), MEBI);
      assertThat(RawService.head(in))
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("transfer-encoding: chunked");
      java.io.ByteArrayOutputStream received = new java.io.ByteArrayOutputStream();
      for (int size = chunk(in); size > 0; size = chunk(in)) {
        received.write(in.readNBytes(size));
        in.readNBytes(2);
      }
      assertThat(received.size()).isEqualTo(body.length);
      assertThat(Arrays.equals(received.toByteArray(), body)).isTrue();
      sent.get(10, TimeUnit.SECONDS);
    }
  }

  private static int chunk(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return Integer.parseInt(line.toString().trim(), 16);
  }

  @Test
  void manyAtOnce() {
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 300)
            .mapToObj(
                i ->
                    client
                        .sendAsync(
                            request("web", "/sized?" + i * 100).build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                        .thenApply(it -> it.body().length))
            .toList();
    assertThat(answers.stream().map(CompletableFuture::join).toList())
        .isEqualTo(IntStream.range(0, 300).mapToObj(i -> i * 100).toList());
  }

  @Test
  void eventsComeAsTheyAreSent() throws Exception {
    HttpResponse<InputStream> events =
        client.send(request("web", "/events").build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(events.headers().firstValue("content-type")).hasValue("text/event-stream");
    long begin = System.nanoTime();
    try (InputStream in = events.body()) {
      assertThat(new String(in.readNBytes(9), StandardCharsets.US_ASCII)).isEqualTo("data: 0\n\n");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    }
  }

  /**
   * What a client does not read fills windows and no memory; when it leaves, the service is told.
   */
  @Test
  void aSlowReaderStopsTheServiceAndLeavingEndsIt() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      RawService.send(socket.getOutputStream(), "GET /endless HTTP/1.1\r\n" + host("web") + "\r\n");
      socket.getInputStream().readNBytes(1000);
      awaitStanding(web.endless);
      long stood = web.endless.get();
      assertThat(stood).isLessThan(96L * MEBI);
      assertThat(send(request("web", "/hello")).body()).isEqualTo("hello");
      socket.getInputStream().readNBytes(8 * MEBI);
      await().atMost(Duration.ofSeconds(10)).until(() -> web.endless.get() > stood);
    }
  }

  /** What a service does not take fills windows and no memory, and the client is held up. */
  @Test
  void aSlowServiceStopsTheClient() throws Exception {
    long size = 200L * MEBI;
    AtomicLong sent = new AtomicLong();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      RawService.send(
          socket.getOutputStream(),
          "POST /late HTTP/1.1\r\n" + host("odd") + "Content-Length: " + size + "\r\n\r\n");
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (byte[] piece = new byte[MEBI]; sent.get() < size; ) {
                    socket.getOutputStream().write(piece);
                    sent.addAndGet(piece.length);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      awaitStanding(sent);
      assertThat(sent.get()).isLessThan(size / 2);
      assertThat(send(request("web", "/hello")).body()).isEqualTo("hello");
      mayRead.countDown();
      writing.get(30, TimeUnit.SECONDS);
      assertThat(RawService.head(socket.getInputStream())).startsWith("HTTP/1.1 200");
      assertThat(socket.getInputStream().readNBytes(3)).asString().isEqualTo("all");
    }
  }

  private static void awaitStanding(AtomicLong count) {
    long[] last = {-1};
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              long now = count.get();
              boolean still = now == last[0];
              last[0] = now;
              return still;
            });
  }

  @Test
  void trailersAndEarlyHintsPass() throws Exception {
    assertThat(
            raw(
                "GET /trailers HTTP/1.1\r\n"
                    + host("odd")
                    + "TE: trailers\r\nConnection: close\r\n\r\n"))
        .contains("5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n");
    assertThat(raw("GET /early HTTP/1.1\r\n" + host("odd") + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 103 Early Hints\r\n")
        .endsWith("done");
  }

  @Test
  void aBodyUntilTheEndOfTheConnectionPasses() throws Exception {
    assertThat(send(request("odd", "/until-end")).body()).isEqualTo("until the end");
  }

  @Test
  void aBodyIsSentWhenTheServiceWantsIt() throws Exception {
    assertThat(
            send(request("odd", "/continue")
                    .expectContinue(true)
                    .POST(HttpRequest.BodyPublishers.ofString("12345")))
                .body())
        .isEqualTo("12345");
    assertThat(
            send(request("odd", "/refuse")
                    .expectContinue(true)
                    .POST(HttpRequest.BodyPublishers.ofString("12345")))
                .statusCode())
        .isEqualTo(417);
  }

  @Test
  void failuresOfTheServiceAreSaid() throws Exception {
    assertThat(raw("GET /cut HTTP/1.1\r\n" + host("odd") + "\r\n")).endsWith("only this");
    assertThat(send(request("odd", "/garbage")).statusCode()).isEqualTo(502);
    HttpResponse<String> slam = send(request("odd", "/slam").header("Accept", "application/json"));
    assertThat(slam.statusCode()).isEqualTo(502);
    assertThat(slam.body())
        .startsWith("{\"status\":502,")
        .contains("before its answer was complete");
  }

  @Test
  void unknownNamesAreSaid() throws Exception {
    HttpResponse<String> page =
        send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/proxy/%3Cb%3E/"))
                .header("Accept", "text/html"));
    assertThat(page.statusCode()).isEqualTo(404);
    assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/html");
    assertThat(raw("GET / HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404")
        .contains("for another host");
    assertThat(raw("GET / HTTP/1.1\r\nHost: a.b.tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404");
    assertThat(raw("GET /healthz HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .endsWith("OK");
  }

  @Test
  void webSocketsPassFramesOfAllSizes() throws Exception {
    CompletableFuture<String> received = new CompletableFuture<>();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + port() + "/proxy/echo-" + id + "/socket"),
                new WebSocket.Listener() {
                  private final StringBuilder all = new StringBuilder();
                  private int bytes;

                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence data, boolean last) {
                    all.append(data);
                    from.request(1);
                    return null;
                  }

                  @Override
                  public CompletionStage<?> onBinary(
                      WebSocket from, ByteBuffer data, boolean last) {
                    bytes += data.remaining();
                    if (last) {
                      received.complete(all + " " + bytes);
                    }
                    from.request(1);
                    return null;
                  }
                })
            .get(10, TimeUnit.SECONDS);
    for (int i = 0; i < 20; i++) {
      socket.sendText("t" + i, true).get(10, TimeUnit.SECONDS);
    }
    socket.sendBinary(ByteBuffer.allocate(3 * MEBI), true).get(10, TimeUnit.SECONDS);
    String texts = IntStream.range(0, 20).mapToObj(i -> "t" + i).collect(Collectors.joining());
    assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(texts + " " + 3 * MEBI);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
  }

  @Test
  void anUpgradedConnectionHalfCloses() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      RawService.send(
          socket.getOutputStream(),
          "GET /raw HTTP/1.1\r\n" + host("odd") + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      assertThat(RawService.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
      socket.getOutputStream().write(new byte[2 * MEBI]);
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("got " + 2 * MEBI);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "Content-Length: 3, 3\r\n\r\nabc",
        "Content-Length: +3\r\n\r\nabc",
        "Content-Length: -3\r\n\r\nabc",
        "Content-Length: 0x3\r\n\r\nabc",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\n\n0\r\n\r\n",
        "Bad Header: 1\r\n\r\n",
        "X: a\u0000b\r\n\r\n",
        "Host: two.tunnels.localhost\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n",
      })
  void ambiguousRequestsAreRefused(String rest) throws Exception {
    String answer =
        raw(
            "POST /echo HTTP/1.1\r\n"
                + host("web")
                + rest
                + "GET /hello HTTP/1.1\r\n"
                + host("web")
                + "\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .doesNotContain("hello")
        .doesNotContain("HTTP/1.1 200");
  }

  @Test
  void oversizedHeadsAreRefused() throws Exception {
    assertThat(
            raw(
                "GET /hello HTTP/1.1\r\n"
                    + host("web")
                    + "X: "
                    + "a".repeat(1_000_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(raw("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n" + host("web") + "\r\n"))
        .startsWith("HTTP/1.1 4");
    assertThat(
            raw("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 4");
    assertThat(raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).startsWith("HTTP/1.1 400");
  }

  @Test
  void aServicesAmbiguousAnswerIsMadePlain() throws Exception {
    String answer = raw("GET /smuggle HTTP/1.1\r\n" + host("odd") + "Connection: close\r\n\r\n");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .satisfiesAnyOf(
            it -> assertThat(it).startsWith("http/1.1 502"),
            it ->
                assertThat(it)
                    .contains("transfer-encoding: chunked")
                    .doesNotContain("content-length"));
  }

  @Test
  void connectionsToServicesAreUsedAgain() throws Exception {
    int before = odd.connections.get();
    for (int i = 0; i < 30; i++) {
      assertThat(raw("GET /ok HTTP/1.1\r\n" + host("odd") + "Connection: close\r\n\r\n"))
          .endsWith("ok");
    }
    assertThat(odd.connections.get() - before).isLessThanOrEqualTo(4);
  }

  @Test
  void latencyIsSmall() throws Exception {
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long begin = System.nanoTime();
      assertThat(send(request("odd", "/ok")).body()).isEqualTo("ok");
      micros.add((System.nanoTime() - begin) / 1000);
    }
    micros.sort(null);
    assertThat(micros.get(200))
        .as("median in µs; delayed acknowledgements would make it 40,000")
        .isLessThan(20_000L);
  }
}
