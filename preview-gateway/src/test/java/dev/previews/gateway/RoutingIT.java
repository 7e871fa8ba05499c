package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which service a request goes to: by its host, by its path, and by nothing else. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class RoutingIT {
  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

  /** What dots mean is the service's to say; they never lead to another one. */
  @Test
  void dotsInPathsGoToTheServiceAsTheyAre() throws Exception {
    for (String path :
        List.of("/head/../x", "/head/%2e%2e/x", "/head/..%2f..%2fodd-" + TUNNELS.id())) {
      assertThat(
              TUNNELS.raw(
                  "GET "
                      + path
                      + " HTTP/1.1\r\n"
                      + TUNNELS.host("web")
                      + "Connection: close\r\n\r\n"))
          .contains("GET " + path + "\n");
      assertThat(
              TUNNELS.raw(
                  "GET /proxy/web-"
                      + TUNNELS.id()
                      + path
                      + " HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
          .contains("GET " + path + "\n");
    }
    assertThat(
            TUNNELS.raw(
                "GET /proxy/../odd-"
                    + TUNNELS.id()
                    + "/ HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404 ");
  }

  @Test
  void hostsLeadToServices() throws Exception {
    String answer =
        TUNNELS.raw("GET /hello HTTP/1.1\r\n" + TUNNELS.host("web") + "Connection: close\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("hello")
        .containsIgnoringCase("connection: close");
    String withPort =
        TUNNELS.raw(
            "GET /hello HTTP/1.1\r\nHost: WEB-"
                + TUNNELS.id()
                + ".Tunnels.LocalHost:8080\r\nConnection: close\r\n\r\n");
    assertThat(withPort).endsWith("hello");
    String absolute =
        TUNNELS.raw(
            "GET http://web-"
                + TUNNELS.id()
                + ".tunnels.localhost/hello HTTP/1.1\r\n"
                + "Host: elsewhere\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(absolute).endsWith("hello");
  }

  @Test
  void unknownNamesAreSaid() throws Exception {
    HttpResponse<String> page =
        TUNNELS.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + TUNNELS.port() + "/proxy/%3Cb%3E/"))
                .header("Accept", "text/html"));
    assertThat(page.statusCode()).isEqualTo(404);
    assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/html");
    assertThat(TUNNELS.raw("GET / HTTP/1.1\r\nHost: elsewhere.test\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404")
        .contains("for another host");
    assertThat(
            TUNNELS.raw(
                "GET / HTTP/1.1\r\nHost: a.b.tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 404");
    assertThat(
            TUNNELS.raw(
                "GET /healthz HTTP/1.1\r\nHost: tunnels.localhost\r\nConnection: close\r\n\r\n"))
        .endsWith("OK");
  }
}
