package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies pass as they come, whole, and no faster than they are read. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class BodiesIT {
  private static final int MEBI = 1024 * 1024;
  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

  /** Both ways at once, and more than all windows hold. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void largeBodiesPassBothWays(boolean chunked) throws Exception {
    byte[] body = new byte[24 * MEBI];
    new Random(1).nextBytes(body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), TUNNELS.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      RawService.send(
          out,
          "POST /echo HTTP/1.1\r\n"
              + TUNNELS.host("web")
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

  @Test
  void eventsComeAsTheyAreSent() throws Exception {
    HttpResponse<InputStream> events =
        TUNNELS.client.send(
            TUNNELS.request("web", "/events").build(), HttpResponse.BodyHandlers.ofInputStream());
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
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), TUNNELS.port())) {
      RawService.send(
          socket.getOutputStream(), "GET /endless HTTP/1.1\r\n" + TUNNELS.host("web") + "\r\n");
      socket.getInputStream().readNBytes(1000);
      awaitStanding(TUNNELS.web().endless);
      long stood = TUNNELS.web().endless.get();
      assertThat(stood).isLessThan(96L * MEBI);
      assertThat(TUNNELS.send(TUNNELS.request("web", "/hello")).body()).isEqualTo("hello");
      socket.getInputStream().readNBytes(8 * MEBI);
      await().atMost(Duration.ofSeconds(10)).until(() -> TUNNELS.web().endless.get() > stood);
    }
  }

  /** What a service does not take fills windows and no memory, and the client is held up. */
  @Test
  void aSlowServiceStopsTheClient() throws Exception {
    long size = 200L * MEBI;
    AtomicLong sent = new AtomicLong();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), TUNNELS.port())) {
      RawService.send(
          socket.getOutputStream(),
          "POST /late HTTP/1.1\r\n" + TUNNELS.host("odd") + "Content-Length: " + size + "\r\n\r\n");
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
      assertThat(TUNNELS.send(TUNNELS.request("web", "/hello")).body()).isEqualTo("hello");
      TUNNELS.odd().answerLate();
      writing.get(30, TimeUnit.SECONDS);
      assertThat(RawService.head(socket.getInputStream())).startsWith("HTTP/1.1 200");
      assertThat(socket.getInputStream().readNBytes(3)).asString().isEqualTo("all");
    }
  }

  @Test
  void aBodyUntilTheEndOfTheConnectionPasses() throws Exception {
    assertThat(TUNNELS.send(TUNNELS.request("odd", "/until-end")).body())
        .isEqualTo("until the end");
  }

  @Test
  void aBodyIsSentWhenTheServiceWantsIt() throws Exception {
    assertThat(
            TUNNELS
                .send(
                    TUNNELS
                        .request("odd", "/continue")
                        .expectContinue(true)
                        .POST(HttpRequest.BodyPublishers.ofString("12345")))
                .body())
        .isEqualTo("12345");
    assertThat(
            TUNNELS
                .send(
                    TUNNELS
                        .request("odd", "/refuse")
                        .expectContinue(true)
                        .POST(HttpRequest.BodyPublishers.ofString("12345")))
                .statusCode())
        .isEqualTo(417);
  }

  private static int chunk(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return Integer.parseInt(line.toString().trim(), 16);
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
}
