package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A gateway with TLS for the tests of a class, and the services {@code web}, {@code grpc} and
 * {@code raw} behind real tunnels of OpenSSH.
 */
final class TlsTunnels implements BeforeAllCallback, AfterAllCallback {
  static final String DOMAIN = "tunnels.test";

  private ScratchFolder folder;
  private PemFiles pem;
  private WebService web;
  private GrpcService grpc;
  private RawService raw;
  private TunnelGateway gateway;
  private OpenSsh ssh;
  private OpenSsh.Running tunnels;
  private String id;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    folder = new ScratchFolder();
    pem = PemFiles.make(folder.path(), DOMAIN);
    web = new WebService();
    grpc = new GrpcService();
    raw =
        new RawService(
            (in, out) ->
                RawService.send(
                    out, "got " + new String(in.readAllBytes(), StandardCharsets.US_ASCII)));
    gateway =
        LoopbackGateway.at("https://" + DOMAIN)
            .tls(LoopbackGateway.anyPort())
            .certificate(pem.chain(), pem.key())
            .start();
    ssh = OpenSsh.withNewKey(folder.path(), gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
    String tcp =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"protocol\":\"tcp\"}".getBytes(StandardCharsets.UTF_8));
    tunnels =
        ssh.start(
            "-R", "/web:127.0.0.1:" + web.port(),
            "-R", "/grpc:127.0.0.1:" + grpc.port(),
            "-R", "/raw#meta=" + tcp + ":127.0.0.1:" + raw.port(),
            "--", "hello");
    assertThat(tunnels.awaitStdout("\r\n")).contains("https://web-" + id + "." + DOMAIN + "/");
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    tunnels.close();
    gateway.close();
    raw.close();
    grpc.close();
    web.close();
    folder.close();
  }

  /** The gateway's certificate. */
  PemFiles pem() {
    return pem;
  }

  WebService web() {
    return web;
  }

  GrpcService grpc() {
    return grpc;
  }

  /** The client of the tunnels. */
  OpenSsh ssh() {
    return ssh;
  }

  /** What the gateway calls the client. */
  String id() {
    return id;
  }

  int port() {
    return gateway.tlsAddress().orElseThrow().getPort();
  }

  HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(pem.trusting()).version(version).build();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("https://localhost:" + port() + "/proxy/web-" + id + path))
        .timeout(Duration.ofSeconds(20));
  }

  SSLSocket connect(String name, String... protocols) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            pem.trusting()
                .getSocketFactory()
                .createSocket(
                    new Socket(InetAddress.getLoopbackAddress(), port()), name, port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }
}
