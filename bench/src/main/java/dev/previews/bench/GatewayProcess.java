package dev.previews.bench;

import dev.previews.tunnel.names.ClientId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** The gateway as a program, run as its image runs it. */
final class GatewayProcess implements AutoCloseable {
  private static final Path MODULE = Path.of("preview-gateway");
  private static final String DOMAIN = "tunnels.test";

  private final Path directory;
  private final int ssh = Ports.free();
  private final int http = Ports.free();
  private final int admin = Ports.free();
  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;

  GatewayProcess(Path directory) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    Hand.run("ssh-keygen", "-q", "-t", "rsa", "-b", "3072", "-N", "", "-f", hostKey().toString());
    this.process = start();
    Ports.await(http);
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + MODULE.resolve("image/jvm.options"),
            "-cp",
            jar() + ":" + MODULE.resolve("target/lib") + "/*",
            "dev.previews.gateway.Main");
    builder.environment().put("BASE_URL", "http://" + DOMAIN);
    builder.environment().put("SSH_PORT", Integer.toString(ssh));
    builder.environment().put("PORT", Integer.toString(http));
    builder.environment().put("METRICS_PORT", Integer.toString(admin));
    builder.environment().put("SSH_HOST_KEY_PATH", directory.resolve("host-key").toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("gateway.log").toFile()))
        .start();
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(MODULE.resolve("target"))) {
      List<Path> jars =
          files
              .filter(
                  it ->
                      it.getFileName()
                          .toString()
                          .matches("preview-gateway-[^-]+(-SNAPSHOT)?\\.jar"))
              .toList();
      if (jars.size() != 1) {
        throw new IOException("one gateway's jar is wanted, there are " + jars);
      }
      return jars.get(0);
    }
  }

  int ssh() {
    return ssh;
  }

  Path hostKey() {
    return directory.resolve("host-key");
  }

  /** The way to two services of a key. */
  Way way(Path key) throws IOException {
    String id = id(key);
    return new Way(
        "gateway", http, "page-" + id + "." + DOMAIN, http, "streams-" + id + "." + DOMAIN);
  }

  private static String id(Path key) throws IOException {
    String blob = Files.readString(Path.of(key + ".pub")).split(" ", -1)[1];
    return ClientId.of(Base64.getDecoder().decode(blob));
  }

  long kilobytes() {
    return Resident.kilobytes(process.toHandle());
  }

  /** Kills it and starts it again at the same ports, with the same key. */
  void restart() throws IOException {
    Processes.kill(process);
    process = start();
  }

  /** Waits until so many tunnels are open. */
  void awaitTunnels(int count) throws IOException, InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    String seen = "";
    while (!seen.contains("preview_gateway_tunnels " + count + "\n")) {
      if (System.nanoTime() > end) {
        throw new IOException("not " + count + " tunnels: " + seen);
      }
      Thread.sleep(50);
      try {
        seen =
            client
                .send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/metrics"))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body();
      } catch (IOException e) {
        seen = e.toString();
      }
    }
  }

  @Override
  public void close() {
    Processes.kill(process);
  }
}
