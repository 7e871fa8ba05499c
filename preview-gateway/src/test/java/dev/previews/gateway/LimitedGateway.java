package dev.previews.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A gateway for each test that allows its clients little and soon asks whether they are there, a
 * client of OpenSSH that has no tunnels yet, and a service for them.
 */
final class LimitedGateway implements BeforeEachCallback, AfterEachCallback {
  private ScratchFolder folder;
  private WebService web;
  private TunnelGateway gateway;
  private OpenSsh ssh;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    folder = new ScratchFolder();
    web = new WebService();
    gateway =
        LoopbackGateway.at("http://tunnels.test:8080")
            .tunnelsPerClient(20)
            .connectionsPerClient(3)
            .connectTimeout(Duration.ofSeconds(2))
            .checkClients(Duration.ofSeconds(4))
            .start();
    ssh = client();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    gateway.close();
    web.close();
    folder.close();
  }

  /** Ends it before the test does. */
  void stop() {
    gateway.close();
  }

  Path folder() {
    return folder.path();
  }

  WebService web() {
    return web;
  }

  OpenSsh ssh() {
    return ssh;
  }

  /** Another client. */
  OpenSsh client() throws Exception {
    return OpenSsh.withNewKey(folder.path(), gateway.sshAddress().getPort());
  }

  /** Another client, with a key of this type. */
  OpenSsh client(String type, int bits) throws Exception {
    return OpenSsh.withNewKey(folder.path(), gateway.sshAddress().getPort(), type, bits);
  }

  /** What OpenSSH is told to forward a name to the service. */
  String forward(String name) {
    return name + ":127.0.0.1:" + web.port();
  }

  int httpPort() {
    return gateway.httpAddress().getPort();
  }

  int status(String label) throws Exception {
    return get(label, "/hello").statusCode();
  }

  HttpResponse<String> get(String label, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + httpPort() + "/proxy/" + label + path))
                .timeout(Duration.ofSeconds(20))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
