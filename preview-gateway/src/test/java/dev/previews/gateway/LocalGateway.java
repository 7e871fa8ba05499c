package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A gateway of this JVM, at the address that this machine has on the engine's default network, or
 * at another one: containers reach it, too.
 */
final class LocalGateway implements AutoCloseable {
  static final String DOMAIN = "tunnels.test";

  private final Path folder;
  private final InetAddress host;
  private final int sshPort;
  private final int httpPort;
  private final int tlsPort;
  private final PemFiles certificate;
  private TunnelGateway gateway;

  private LocalGateway(Path folder, InetAddress host) throws Exception {
    this.folder = folder;
    this.host = host;
    sshPort = freePort();
    httpPort = freePort();
    tlsPort = freePort();
    certificate = PemFiles.make(folder, DOMAIN, host.getHostAddress());
    gateway = open();
  }

  /** Starts one that keeps its host key and its certificate in a folder. */
  static LocalGateway start(Path folder) throws Exception {
    return start(
        folder,
        run("docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}")
            .strip());
  }

  /** The same at another address of this machine. */
  static LocalGateway start(Path folder, String address) throws Exception {
    return new LocalGateway(folder, InetAddress.getByName(address));
  }

  private TunnelGateway open() throws IOException {
    Path hostKey = folder.resolve("host-key");
    if (Files.notExists(hostKey)) {
      run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", hostKey.toString());
    }
    return TunnelGateway.builder()
        .url(URI.create("http://" + DOMAIN + ":" + httpPort))
        .ssh(new InetSocketAddress(host, sshPort))
        .http(new InetSocketAddress(host, httpPort))
        .tls(new InetSocketAddress(host, tlsPort))
        .certificate(certificate.chain(), certificate.key())
        .hostKey(hostKey)
        .start();
  }

  /** Ends it and starts it again, as the same one. */
  void restart() throws IOException {
    gateway.close();
    gateway = open();
  }

  /** Ends it and starts another at its address. */
  void replace() throws IOException {
    gateway.close();
    Files.delete(folder.resolve("host-key"));
    Files.delete(folder.resolve("host-key.pub"));
    gateway = open();
  }

  String ssh() {
    return "ssh://" + host.getHostAddress() + ":" + sshPort;
  }

  String sshThroughTls() {
    return "ssh+tls://" + host.getHostAddress() + ":" + tlsPort;
  }

  /** The certificate that vouches for it. */
  Path authority() {
    return certificate.chain();
  }

  String address() {
    return host.getHostAddress();
  }

  int httpPort() {
    return httpPort;
  }

  int sshPort() {
    return sshPort;
  }

  int tlsPort() {
    return tlsPort;
  }

  /** What a page's request is answered with, from the status line on. */
  String get(URI url, String... headers) throws IOException {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    StringBuilder request =
        new StringBuilder("GET ")
            .append(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
            .append(" HTTP/1.1\r\nHost: ")
            .append(url.getAuthority())
            .append("\r\nConnection: close\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    try (Socket socket = new Socket(host, httpPort)) {
      socket.setSoTimeout(20_000);
      RawService.send(socket.getOutputStream(), request.append("\r\n").toString());
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, host)) {
      return socket.getLocalPort();
    }
  }

  static String run(String... argv) throws IOException {
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  @Override
  public void close() {
    gateway.close();
  }
}
