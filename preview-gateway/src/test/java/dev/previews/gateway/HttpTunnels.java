package dev.previews.gateway;

import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A gateway for the tests of a class, and the services {@code web}, {@code echo} and {@code odd}
 * behind real tunnels of OpenSSH.
 */
final class HttpTunnels implements BeforeAllCallback, AfterAllCallback {
  final HttpClient client = HttpClient.newHttpClient();
  private ScratchFolder folder;
  private WebService web;
  private RawService echo;
  private OddService odd;
  private TunnelGateway gateway;
  private OpenSsh.Running tunnels;
  private String id;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    folder = new ScratchFolder();
    web = new WebService();
    echo = RawService.webSocketEcho();
    odd = new OddService();
    gateway = LoopbackGateway.at("http://tunnels.localhost").start();
    OpenSsh ssh = OpenSsh.withNewKey(folder.path(), gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
    tunnels =
        ssh.start(
            "-R", "/web:127.0.0.1:" + web.port(),
            "-R", "/echo:127.0.0.1:" + echo.port(),
            "-R", "/odd:127.0.0.1:" + odd.port(),
            "--", "hello");
    tunnels.awaitStdout("\r\n");
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    tunnels.close();
    gateway.close();
    odd.close();
    echo.close();
    web.close();
    folder.close();
  }

  WebService web() {
    return web;
  }

  OddService odd() {
    return odd;
  }

  /** What the gateway calls the client. */
  String id() {
    return id;
  }

  int port() {
    return gateway.httpAddress().getPort();
  }

  HttpRequest.Builder request(String name, String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port() + "/proxy/" + name + "-" + id + path))
        .timeout(Duration.ofSeconds(40));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Sends bytes as they are and reads all that comes until the end. */
  String raw(String text) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      RawService.send(socket.getOutputStream(), text);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  String host(String name) {
    return "Host: " + name + "-" + id + ".tunnels.localhost\r\n";
  }
}
