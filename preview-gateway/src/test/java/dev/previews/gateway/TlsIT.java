package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stands behind one port with TLS: HTTP/2, HTTP/1.1, SSH, and bytes as they are. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class TlsIT {
  private static final String DOMAIN = TlsTunnels.DOMAIN;
  @RegisterExtension static final TlsTunnels TUNNELS = new TlsTunnels();

  @Test
  void http2AndHttp1AreServed() throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpResponse<String> answer =
          TUNNELS
              .client(version)
              .send(TUNNELS.request("/head").build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(version);
      assertThat(answer.body())
          .contains("GET /head\n")
          .contains("x-forwarded-proto: https\n")
          .contains("x-forwarded-for: 127.0.0.1\n")
          .doesNotContain("x-http2");
    }
    try (SSLSocket socket = TUNNELS.connect("web-" + TUNNELS.id() + "." + DOMAIN)) {
      RawService.send(
          socket.getOutputStream(),
          "GET /hello HTTP/1.1\r\nHost: web-"
              + TUNNELS.id()
              + "."
              + DOMAIN
              + "\r\nConnection: close\r\n\r\n");
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .endsWith("hello");
    }
  }

  @Test
  void sshComesThroughTlsByAlpn() throws Exception {
    String command =
        "openssl s_client -quiet -alpn ssh -servername "
            + DOMAIN
            + " -connect 127.0.0.1:"
            + TUNNELS.port();
    try (OpenSsh.Running hello =
        TUNNELS
            .ssh()
            .start(
                "-o",
                "ProxyCommand=" + command + " 2>/dev/null",
                "-R",
                "/over-tls:127.0.0.1:" + TUNNELS.web().port(),
                "--",
                "hello")) {
      assertThat(hello.awaitStdout("\r\n")).contains("\"clientId\":\"" + TUNNELS.id() + "\"");
      HttpResponse<String> answer =
          TUNNELS
              .client(HttpClient.Version.HTTP_2)
              .send(
                  HttpRequest.newBuilder(
                          URI.create(
                              "https://localhost:"
                                  + TUNNELS.port()
                                  + "/proxy/over-tls-"
                                  + TUNNELS.id()
                                  + "/hello"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("hello");
    }
  }

  @Test
  void bytesGoToTheServiceOfTheServerName() throws Exception {
    try (SSLSocket socket = TUNNELS.connect("raw-" + TUNNELS.id() + "." + DOMAIN)) {
      RawService.send(socket.getOutputStream(), "any bytes");
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("got any bytes");
    }
  }
}
