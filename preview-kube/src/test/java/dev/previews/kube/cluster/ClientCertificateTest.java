package dev.previews.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that knows us by a certificate, as clusters of kind and K3s do; we know it by its CA.
 */
class ClientCertificateTest {
  @TempDir Path directory;
  private final List<String> peers = new CopyOnWriteArrayList<>();
  private OpenSslKeys keys;
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    keys = new OpenSslKeys(directory);
    keys.make("server", "rsa:2048", "subjectAltName=IP:127.0.0.1");
    keys.make("client", "rsa:2048", "keyUsage=digitalSignature");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
  }

  private void serve() throws Exception {
    SSLContext context = keys.context("server", "client");
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            peers.add(((HttpsExchange) exchange).getSSLSession().getPeerPrincipal().getName());
            byte[] body = "{\"major\":\"1\",\"minor\":\"30\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** In PKCS #8 and in the older forms that have their algorithm in the first line. */
  @ParameterizedTest
  @ValueSource(strings = {"RSA PKCS8", "RSA PKCS1", "EC PKCS8", "EC SEC1"})
  void aKeyOfAnyKindIsTaken(String kind) throws Exception {
    if (kind.startsWith("EC")) {
      keys.make("client", "ec", "keyUsage=digitalSignature");
    }
    if (!kind.endsWith("PKCS8")) {
      if (kind.startsWith("EC")) {
        keys.openssl("ec", "-in", "client.key", "-out", "old.key");
      } else {
        keys.openssl("rsa", "-traditional", "-in", "client.key", "-out", "old.key");
      }
      Files.move(
          directory.resolve("old.key"),
          directory.resolve("client.key"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    serve();
    assertThat(open(data("client.crt"), data("client.key"))).isEqualTo("team");
    assertThat(peers).isNotEmpty().containsOnly("CN=client");
  }

  @Test
  void aBrokenKeyIsSaidAndNotQuoted() throws Exception {
    serve();
    String broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    String data = Base64.getEncoder().encodeToString(broken.getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> open(data("client.crt"), data))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("certificate or key")
        .hasMessageContaining("127.0.0.1:" + server.getAddress().getPort())
        .hasMessageNotContaining("AAAA");
  }

  @Test
  void aServerOfAnotherAuthorityIsRefusedAndNamed() throws Exception {
    serve();
    assertThatThrownBy(() -> open(data("client.crt"), data("client.key"), data("client.crt")))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("127.0.0.1:" + server.getAddress().getPort())
        .hasMessageContaining("certif");
    assertThat(peers).isEmpty();
  }

  private String open(String certificate, String key) throws IOException {
    return open(certificate, key, data("server.crt"));
  }

  private String open(String certificate, String key, String authority) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("config"),
            """
            apiVersion: v1
            kind: Config
            clusters:
            - {name: c, cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}}
            users: [{name: u, user: {client-certificate-data: %s, client-key-data: %s}}]
            contexts: [{name: x, context: {cluster: c, user: u, namespace: team}}]
            current-context: x
            """
                .formatted(server.getAddress().getPort(), authority, certificate, key));
    ClusterSettings settings = new ClusterSettings(file, null, null, Duration.ofSeconds(30));
    try (Cluster cluster = Cluster.open(settings, Deadline.in(Duration.ofSeconds(30)))) {
      return cluster.namespace();
    }
  }

  private String data(String file) throws IOException {
    return Base64.getEncoder().encodeToString(Files.readAllBytes(directory.resolve(file)));
  }
}
