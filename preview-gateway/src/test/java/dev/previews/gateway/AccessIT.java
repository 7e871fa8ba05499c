package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.tunnel.access.AccessToken;
import dev.previews.tunnel.keys.TunnelKey;
import dev.previews.tunnel.names.ClientId;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Private tunnels: who comes in, by what, and what the service sees of it. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class AccessIT {
  @TempDir static Path folder;
  private static WebService web;
  private static RawService echo;
  private static TunnelGateway gateway;
  private static OpenSsh.Running tunnels;
  private static TunnelKey key;
  private static String id;

  @BeforeAll
  static void start() throws Exception {
    web = new WebService();
    echo = RawService.webSocketEcho();
    gateway = LoopbackGateway.at("http://tunnels.test").start();
    OpenSsh ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
    key = TunnelKey.parse(ssh.privateKey());
    id = ClientId.of(ssh.publicKey());
    tunnels =
        ssh.start(
            "-R", "/web#access=private:127.0.0.1:" + web.port(),
            "-R", "/echo#access=private:127.0.0.1:" + echo.port(),
            "-R", "/open:127.0.0.1:" + web.port(),
            "--", "hello");
    tunnels.awaitStdout("\r\n");
  }

  @AfterAll
  static void stop() {
    tunnels.close();
    gateway.close();
    echo.close();
    web.close();
  }

  private static String token(String environment, Duration ttl) {
    return AccessToken.issue(key, environment, Instant.now(), ttl);
  }

  private static String good() {
    return token("demo", Duration.ofMinutes(5));
  }

  private static String send(String method, String path, String headers) throws Exception {
    return send(method, path, "Host: web-" + id + ".tunnels.test\r\n", headers);
  }

  private static String send(String method, String path, String host, String headers)
      throws Exception {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      RawService.send(
          socket.getOutputStream(),
          method + " " + path + " HTTP/1.1\r\n" + host + headers + "Connection: close\r\n\r\n");
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String basic(String token) {
    return Base64.getEncoder()
        .encodeToString(("x-preevy-profile-key:" + token).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void withoutATokenNobodyComesIn() throws Exception {
    assertThat(send("GET", "/hello", ""))
        .startsWith("HTTP/1.1 401 ")
        .doesNotContainIgnoringCase("www-authenticate")
        .contains("it is private");
    assertThat(send("GET", "/hello?_preevy_auth_hint=basic", ""))
        .startsWith("HTTP/1.1 401 ")
        .containsIgnoringCase("www-authenticate: Basic");
    assertThat(send("GET", "/proxy/web-" + id + "/hello", "Host: tunnels.test\r\n", ""))
        .startsWith("HTTP/1.1 401 ");
    assertThat(send("OPTIONS", "/head", "")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aBearerOrBasicTokenLetsInAndGoesNoFurther() throws Exception {
    assertThat(send("GET", "/head", "Authorization: Bearer " + good() + "\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .doesNotContainIgnoringCase("authorization:");
    assertThat(
            send(
                "POST",
                "/head",
                "Authorization: Basic " + basic(good()) + "\r\nContent-Length: 0\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .doesNotContainIgnoringCase("authorization:");
  }

  @Test
  void aBrowserWithBasicGetsACookie() throws Exception {
    assertThat(
            send(
                "GET",
                "/head?a=1&_preevy_auth_hint=basic",
                "User-Agent: Mozilla/5.0 Firefox/150.0\r\nAuthorization: Basic "
                    + basic(good())
                    + "\r\n"))
        .startsWith("HTTP/1.1 307 ")
        .contains("location: /head?a=1\r\n")
        .contains("set-cookie: preview_access=");
  }

  @Test
  void aLinkGivesACookieAndTheCookieLetsIn() throws Exception {
    String token = good();
    String answer = send("GET", "/head?a=1&_preview_access=" + token + "&b=2", "");
    assertThat(answer)
        .startsWith("HTTP/1.1 307 ")
        .contains("location: /head?a=1&b=2\r\n")
        .contains("set-cookie: preview_access=" + token + "; Path=/; Max-Age=")
        .contains("; HttpOnly; SameSite=Lax\r\n");
    String seen =
        send(
            "GET",
            "/head?a=1",
            "Cookie: theirs=1; preview_access="
                + token
                + "; more=2\r\nAuthorization: Basic YXBwOm93bg==\r\n");
    assertThat(seen)
        .startsWith("HTTP/1.1 200 ")
        .contains("cookie: theirs=1; more=2\n")
        .contains("authorization: Basic YXBwOm93bg==\n")
        .doesNotContain(token);
    String byPath =
        send(
            "GET",
            "/proxy/web-" + id + "/hello?_preview_access=" + token,
            "Host: tunnels.test\r\n",
            "");
    assertThat(byPath)
        .startsWith("HTTP/1.1 307 ")
        .contains(
            "location: http://web-" + id + ".tunnels.test/hello?_preview_access=" + token + "\r\n")
        .doesNotContainIgnoringCase("set-cookie");
  }

  /** All that is reached by path is one origin to a browser. */
  @Test
  void noCookieLetsInByPath() throws Exception {
    String own = "Host: tunnels.test\r\n";
    String path = "/proxy/web-" + id + "/hello";
    assertThat(send("GET", path, own, "Cookie: preview_access=" + good() + "\r\n"))
        .startsWith("HTTP/1.1 401 ");
    assertThat(send("GET", path + "?_preevy_auth_hint=basic", own, ""))
        .startsWith("HTTP/1.1 401 ")
        .doesNotContainIgnoringCase("www-authenticate");
    assertThat(send("GET", path, own, "Authorization: Bearer " + good() + "\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  /** Another host of the domain can set a cookie for all of them. */
  @Test
  void aCookieOfASiblingIsNotInTheWay() throws Exception {
    String seen =
        send(
            "GET",
            "/head",
            "Cookie: preview_access=theirs; preview_access="
                + good()
                + "; preview_access=more\r\n");
    assertThat(seen).startsWith("HTTP/1.1 200 ").doesNotContain("preview_access");
  }

  @Test
  void anUpgradeIsNoPreflight() throws Exception {
    assertThat(send("OPTIONS", "/head", "Connection: upgrade\r\nUpgrade: websocket\r\n"))
        .startsWith("HTTP/1.1 401 ");
  }

  @Test
  void aTokenThatNobodyAskedForGoesNoFurther() throws Exception {
    String seen =
        send(
            "GET",
            "/head?_preview_access=abc&x=1",
            "Host: open-" + id + ".tunnels.test\r\n",
            "Cookie: preview_access=abc; theirs=1\r\n");
    assertThat(seen)
        .startsWith("HTTP/1.1 200 ")
        .contains("GET /head?x=1\n", "cookie: theirs=1\n")
        .doesNotContain("abc");
  }

  @Test
  void aLinkLeadsNowhereElse() throws Exception {
    assertThat(send("GET", "//elsewhere.test/?_preview_access=" + good(), ""))
        .contains("location: /elsewhere.test/\r\n");
    assertThat(send("GET", "/\\elsewhere.test/?_preview_access=" + good(), ""))
        .contains("location: /elsewhere.test/\r\n");
    assertThat(
            send(
                "GET",
                "/proxy/web-" + id + "//elsewhere.test/?_preview_access=" + good(),
                "Host: tunnels.test\r\n",
                ""))
        .contains("location: http://web-" + id + ".tunnels.test/elsewhere.test/?");
    assertThat(send("POST", "/head?_preview_access=" + good() + "&x=1", "Content-Length: 0\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("POST /head?x=1\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"other environment", "expired", "another key", "forged", "none", "garbage"})
  void whatIsNoGoodTokenIsRefused(String kind) throws Exception {
    String token =
        switch (kind) {
          case "other environment" -> token("other", Duration.ofMinutes(5));
          case "expired" ->
              AccessToken.issue(
                  key, "demo", Instant.now().minusSeconds(600), Duration.ofSeconds(599));
          case "another key" ->
              AccessToken.issue(TunnelKey.generate(), "demo", Instant.now(), Duration.ofMinutes(5));
          case "forged" ->
              good()
                  .replaceAll(
                      "\\.[^.]*\\.",
                      "."
                          + Base64.getUrlEncoder()
                              .withoutPadding()
                              .encodeToString(
                                  ("{\"iss\":\"" + AccessToken.issuer(key.publicKey()) + "\"}")
                                      .getBytes(StandardCharsets.UTF_8))
                          + ".");
          case "none" ->
              Base64.getUrlEncoder()
                      .withoutPadding()
                      .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                  + "."
                  + good().split("\\.")[1]
                  + ".";
          default -> "garbage";
        };
    assertThat(send("GET", "/hello", "Cookie: preview_access=" + token + "\r\n"))
        .startsWith("HTTP/1.1 401 ");
    assertThat(send("GET", "/hello", "Authorization: Bearer " + token + "\r\n"))
        .startsWith("HTTP/1.1 401 ")
        .doesNotContain(token);
    assertThat(send("GET", "/hello", "Authorization: Basic " + basic(token) + "\r\n"))
        .startsWith("HTTP/1.1 401 ");
    assertThat(send("GET", "/hello?_preview_access=" + token, ""))
        .startsWith("HTTP/1.1 401 ")
        .doesNotContainIgnoringCase("set-cookie");
  }

  @Test
  void webSocketsNeedTheCookieToo() throws Exception {
    String upgrade =
        "Upgrade: websocket\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + "Sec-WebSocket-Version: 13\r\n";
    for (boolean cookie : new boolean[] {false, true}) {
      try (Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), gateway.httpAddress().getPort())) {
        socket.setSoTimeout(10_000);
        RawService.send(
            socket.getOutputStream(),
            "GET /s HTTP/1.1\r\nHost: echo-"
                + id
                + ".tunnels.test\r\nConnection: Upgrade\r\n"
                + upgrade
                + (cookie ? "Cookie: preview_access=" + good() + "\r\n" : "")
                + "\r\n");
        assertThat(RawService.head(socket.getInputStream()))
            .startsWith(cookie ? "HTTP/1.1 101 " : "HTTP/1.1 401 ");
      }
    }
  }
}
