package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What two readers would understand differently, or what is too much, goes no further. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class AmbiguousHttpIT {
  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

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
        TUNNELS.raw(
            "POST /echo HTTP/1.1\r\n"
                + TUNNELS.host("web")
                + rest
                + "GET /hello HTTP/1.1\r\n"
                + TUNNELS.host("web")
                + "\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .doesNotContain("hello")
        .doesNotContain("HTTP/1.1 200");
  }

  @Test
  void oversizedHeadsAreRefused() throws Exception {
    assertThat(
            TUNNELS.raw(
                "GET /hello HTTP/1.1\r\n"
                    + TUNNELS.host("web")
                    + "X: "
                    + "a".repeat(1_000_000)
                    + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(
            TUNNELS.raw(
                "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n" + TUNNELS.host("web") + "\r\n"))
        .startsWith("HTTP/1.1 4");
    assertThat(
            TUNNELS.raw(
                "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 4");
    assertThat(TUNNELS.raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void aServicesAmbiguousAnswerIsMadePlain() throws Exception {
    String answer =
        TUNNELS.raw(
            "GET /smuggle HTTP/1.1\r\n" + TUNNELS.host("odd") + "Connection: close\r\n\r\n");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .satisfiesAnyOf(
            it -> assertThat(it).startsWith("http/1.1 502"),
            it ->
                assertThat(it)
                    .contains("transfer-encoding: chunked")
                    .doesNotContain("content-length"));
  }
}
