package dev.previews.gateway;

import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * {@link PageService} behind a gateway of each test, which has a port for operators, low limits and
 * little patience.
 */
final class PublishedPages implements BeforeEachCallback, AfterEachCallback {
  final HttpClient client = HttpClient.newHttpClient();
  private ScratchFolder folder;
  private RawService pages;
  private TunnelGateway gateway;
  private OpenSsh ssh;
  private String id;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    folder = new ScratchFolder();
    pages = PageService.start();
    gateway =
        LoopbackGateway.at("http://tunnels.test")
            .admin(LoopbackGateway.anyPort())
            .headTimeout(Duration.ofSeconds(1))
            .idleTimeout(Duration.ofSeconds(2))
            .httpConnections(60, 60)
            .tunnelsPerClient(100)
            .start();
    ssh = OpenSsh.withNewKey(folder.path(), gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    gateway.close();
    pages.close();
    folder.close();
  }

  RawService pages() {
    return pages;
  }

  TunnelGateway gateway() {
    return gateway;
  }

  /** The client of the tunnels. */
  OpenSsh ssh() {
    return ssh;
  }

  /** What the gateway calls the client. */
  String id() {
    return id;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create(
                "http://127.0.0.1:" + gateway.httpAddress().getPort() + "/proxy/web-" + id + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path) throws Exception {
    return client.send(
        request(path).header("Accept-Encoding", "gzip").build(),
        HttpResponse.BodyHandlers.ofString());
  }

  OpenSsh.Running tunnel(String arguments) throws Exception {
    OpenSsh.Running running =
        ssh.start("-R", "/web" + arguments + ":127.0.0.1:" + pages.port(), "--", "hello");
    running.awaitStdout("\r\n");
    return running;
  }

  HttpResponse<String> admin(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + gateway.adminAddress().orElseThrow().getPort() + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  String raw(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: web-" + id + ".tunnels.test\r\n\r\n";
  }
}
