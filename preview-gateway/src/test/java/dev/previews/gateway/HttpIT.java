package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests and answers as both ends see them: heads, statuses, and connections used again. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class HttpIT {
  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

  @Test
  void requestsFollowEachOtherOnAConnection() throws Exception {
    String three =
        TUNNELS.raw(
            ("GET /hello HTTP/1.1\r\n" + TUNNELS.host("web") + "\r\n").repeat(2)
                + "POST /echo HTTP/1.1\r\n"
                + TUNNELS.host("web")
                + "Content-Length: 3\r\n\r\nabc"
                + "GET /missing HTTP/1.1\r\n"
                + TUNNELS.host("web")
                + "Connection: close\r\n\r\n");
    assertThat(three.split("HTTP/1.1 ", -1)).hasSize(5);
    assertThat(three).contains("abc").endsWith("not here");
  }

  @Test
  void anOldClientIsServed() throws Exception {
    assertThat(TUNNELS.raw("GET /echo HTTP/1.0\r\n" + TUNNELS.host("web") + "\r\n"))
        .startsWith("HTTP/1.1 200")
        .doesNotContainIgnoringCase("chunked");
    assertThat(TUNNELS.raw("GET /hello HTTP/1.0\r\n" + TUNNELS.host("web") + "\r\n"))
        .endsWith("hello");
  }

  @Test
  void theServiceSeesWhoAsksAndNoHopByHopHeaders() throws Exception {
    String seen =
        TUNNELS.raw(
            "GET /head?a=b%20c HTTP/1.1\r\n"
                + TUNNELS.host("web")
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
            "host: web-" + TUNNELS.id() + ".tunnels.localhost\n",
            "x-forwarded-for: 127.0.0.1\n",
            "x-forwarded-proto: http\n",
            "x-forwarded-host: web-" + TUNNELS.id() + ".tunnels.localhost\n",
            "x-forwarded-port: 80\n",
            "te: trailers\n",
            "x-mine: 2\n")
        .contains(
            "forwarded: for=127.0.0.1;host=\"web-"
                + TUNNELS.id()
                + ".tunnels.localhost\";proto=http\n")
        .doesNotContain("x-hop", "keep-alive: 3", "proxy-authorization", "1.2.3.4", "deflate");
    String byPath = TUNNELS.send(TUNNELS.request("web", "/head?x")).body();
    assertThat(byPath)
        .contains("GET /head?x\n", "x-forwarded-prefix: /proxy/web-" + TUNNELS.id() + "\n");
    String hop =
        TUNNELS.raw("GET /hop HTTP/1.1\r\n" + TUNNELS.host("odd") + "Connection: close\r\n\r\n");
    assertThat(hop.toLowerCase(java.util.Locale.ROOT))
        .contains("x-yours: 2")
        .doesNotContain("x-mine", "timeout=5");
  }

  @Test
  void statusesAndEmptyAnswersPass() throws Exception {
    assertThat(TUNNELS.send(TUNNELS.request("web", "/missing")).statusCode()).isEqualTo(404);
    assertThat(TUNNELS.send(TUNNELS.request("web", "/missing")).body()).isEqualTo("not here");
    assertThat(TUNNELS.send(TUNNELS.request("web", "/nothing")).statusCode()).isEqualTo(204);
    HttpResponse<String> head =
        TUNNELS.send(
            TUNNELS.request("web", "/hello").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(TUNNELS.send(TUNNELS.request("web", "/hello")).body()).isEqualTo("hello");
  }

  @Test
  void trailersAndEarlyHintsPass() throws Exception {
    assertThat(
            TUNNELS.raw(
                "GET /trailers HTTP/1.1\r\n"
                    + TUNNELS.host("odd")
                    + "TE: trailers\r\nConnection: close\r\n\r\n"))
        .contains("5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n");
    assertThat(
            TUNNELS.raw(
                "GET /early HTTP/1.1\r\n" + TUNNELS.host("odd") + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 103 Early Hints\r\n")
        .endsWith("done");
  }

  @Test
  void failuresOfTheServiceAreSaid() throws Exception {
    assertThat(TUNNELS.raw("GET /cut HTTP/1.1\r\n" + TUNNELS.host("odd") + "\r\n"))
        .endsWith("only this");
    assertThat(TUNNELS.send(TUNNELS.request("odd", "/garbage")).statusCode()).isEqualTo(502);
    HttpResponse<String> slam =
        TUNNELS.send(TUNNELS.request("odd", "/slam").header("Accept", "application/json"));
    assertThat(slam.statusCode()).isEqualTo(502);
    assertThat(slam.body())
        .startsWith("{\"status\":502,")
        .contains("before its answer was complete");
  }

  @Test
  void connectionsToServicesAreUsedAgain() throws Exception {
    int before = TUNNELS.odd().connections().get();
    for (int i = 0; i < 30; i++) {
      assertThat(
              TUNNELS.raw(
                  "GET /ok HTTP/1.1\r\n" + TUNNELS.host("odd") + "Connection: close\r\n\r\n"))
          .endsWith("ok");
    }
    assertThat(TUNNELS.odd().connections().get() - before).isLessThanOrEqualTo(4);
  }

  @Test
  void manyAtOnce() {
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 300)
            .mapToObj(
                i ->
                    TUNNELS
                        .client
                        .sendAsync(
                            TUNNELS.request("web", "/sized?" + i * 100).build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                        .thenApply(it -> it.body().length))
            .toList();
    assertThat(answers.stream().map(CompletableFuture::join).toList())
        .isEqualTo(IntStream.range(0, 300).mapToObj(i -> i * 100).toList());
  }

  @Test
  void latencyIsSmall() throws Exception {
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long begin = System.nanoTime();
      assertThat(TUNNELS.send(TUNNELS.request("odd", "/ok")).body()).isEqualTo("ok");
      micros.add((System.nanoTime() - begin) / 1000);
    }
    micros.sort(null);
    assertThat(micros.get(200))
        .as("median in µs; delayed acknowledgements would make it 40,000")
        .isLessThan(20_000L);
  }
}
