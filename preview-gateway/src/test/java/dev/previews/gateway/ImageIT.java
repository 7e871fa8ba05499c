package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.machines.TestImages;
import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The image and the Compose file, with this JVM's own runtime in the place of a public base. */
@Timeout(240)
class ImageIT {
  private static final String MACHINE = TestImages.sshMachine();
  private static final String MODULES = "java.se,jdk.crypto.ec,jdk.httpserver,jdk.unsupported";

  @TempDir Path folder;
  private final String name = "gateway-image-" + ProcessHandle.current().pid();
  private final String base = name + "-base";
  private Path certificate;
  private PemFiles pem;
  private int tls;
  private int ssh;
  private int metrics;

  @BeforeEach
  void prepare() throws Exception {
    pem = PemFiles.make(folder, "tunnels.test");
    certificate = Files.createDirectory(folder.resolve("certificate"));
    Files.copy(pem.chain(), certificate.resolve("fullchain.pem"));
    Files.copy(pem.key(), certificate.resolve("privkey.pem"));
    for (Path file :
        List.of(certificate.resolve("fullchain.pem"), certificate.resolve("privkey.pem"))) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }
    Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rwxr-xr-x"));
    tls = freePort();
    ssh = freePort();
    metrics = freePort();
    Path runtime = Files.createDirectory(folder.resolve("base"));
    run(
        Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
        "--add-modules",
        MODULES,
        "--output",
        runtime.resolve("java").toString());
    Files.writeString(
        runtime.resolve("Dockerfile"),
        "FROM " + MACHINE + "\nCOPY java /opt/java\nENV PATH=/opt/java/bin:$PATH\n");
    run("docker", "build", "-q", "-t", base, runtime.toString());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @AfterEach
  void remove() throws Exception {
    compose("down", "-v", "-t", "0");
    run("docker", "image", "rm", "-f", name, base);
  }

  private String compose(String... arguments) throws Exception {
    ProcessBuilder builder = command("docker", "compose", "-p", name, "-f", "deploy/compose.yaml");
    builder.command().addAll(Arrays.asList(arguments));
    builder.environment().put("DOMAIN", "tunnels.test");
    builder.environment().put("CERTIFICATE", certificate.toString());
    builder.environment().put("GATEWAY_IMAGE", name);
    builder.environment().put("GATEWAY_BASE", base);
    builder.environment().put("TLS_PORT", String.valueOf(tls));
    builder.environment().put("SSH_PORT", String.valueOf(ssh));
    builder.environment().put("METRICS_PORT", String.valueOf(metrics));
    return output(builder);
  }

  private static ProcessBuilder command(String... argv) {
    return new ProcessBuilder(new java.util.ArrayList<>(List.of(argv))).redirectErrorStream(true);
  }

  private static String run(String... argv) throws Exception {
    return output(command(argv));
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", builder.command(), text).isZero();
    return text;
  }

  private void awaitReady() {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metrics + "/readyz")).build();
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> client.send(ready, HttpResponse.BodyHandlers.ofString()).statusCode() == 200);
  }

  @Test
  void itServesAndKeepsItsKeyAndEndsWhenTold() throws Exception {
    compose("up", "-d", "--build");
    awaitReady();
    OpenSsh user = OpenSsh.withNewKey(folder, ssh);
    HttpClient client = HttpClient.newBuilder().sslContext(pem.trusting()).build();
    HttpRequest page =
        HttpRequest.newBuilder(
                URI.create(
                    "https://localhost:"
                        + tls
                        + "/proxy/web-"
                        + ClientId.of(user.publicKey())
                        + "/hello"))
            .build();
    String key = hostKey();
    try (WebService web = new WebService()) {
      try (OpenSsh.Running tunnel =
          user.start("-R", "/web:127.0.0.1:" + web.port(), "--", "hello")) {
        tunnel.awaitStdout("\r\n");
        assertThat(client.send(page, HttpResponse.BodyHandlers.ofString()).body())
            .isEqualTo("hello");
      }
      assertThat(compose("exec", "-T", "gateway", "id", "-u").strip()).isEqualTo("65532");
      compose("stop");
      assertThat(compose("ps", "-a", "--format", "{{.ExitCode}}").strip()).isEqualTo("143");
      assertThat(compose("logs", "--no-log-prefix")).contains("{\"timestamp\"", "told to end");
      compose("up", "-d");
      awaitReady();
      assertThat(hostKey()).isEqualTo(key);
      try (OpenSsh.Running tunnel =
          user.start("-R", "/web:127.0.0.1:" + web.port(), "--", "hello")) {
        tunnel.awaitStdout("\r\n");
        assertThat(client.send(page, HttpResponse.BodyHandlers.ofString()).body())
            .isEqualTo("hello");
      }
    }
  }

  private String hostKey() throws Exception {
    String scanned = run("ssh-keyscan", "-t", "rsa", "-p", String.valueOf(ssh), "127.0.0.1");
    return scanned
        .lines()
        .filter(line -> !line.startsWith("#"))
        .findFirst()
        .orElseThrow(() -> new AssertionError(scanned));
  }
}
