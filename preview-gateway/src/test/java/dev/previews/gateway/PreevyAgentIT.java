package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Preevy's agent is made of: Node's ssh2, from npm. Where there is Node. */
@Timeout(120)
class PreevyAgentIT {
  @TempDir static Path modules;

  @TempDir Path folder;
  private LocalGateway gateway;

  @BeforeAll
  static void install() throws Exception {
    Assumptions.assumeTrue(
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(it -> Files.isExecutable(Path.of(it, "npm"))),
        "no npm on the PATH");
    LocalGateway.run(
        "npm",
        "install",
        "--prefix",
        modules.toString(),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "ssh2@1.17.0");
    try (var script = PreevyAgentIT.class.getResourceAsStream("preevy-agent.js")) {
      Files.copy(Objects.requireNonNull(script), modules.resolve("agent.js"));
    }
  }

  @BeforeEach
  void start() throws Exception {
    gateway = LocalGateway.start(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "tls"})
  void holdsATunnel(String through) throws Exception {
    Path key = folder.resolve("id");
    LocalGateway.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
    String client =
        ClientId.of(
            Base64.getDecoder().decode(Files.readString(Path.of(key + ".pub")).split(" ")[1]));
    Path said = folder.resolve("said");
    try (WebService web = new WebService()) {
      Process agent =
          new ProcessBuilder(
                  List.of(
                      "node",
                      modules.resolve("agent.js").toString(),
                      gateway.address(),
                      String.valueOf(through.isEmpty() ? gateway.sshPort() : gateway.tlsPort()),
                      key.toString(),
                      "/web-demo#access=public;meta=e30",
                      String.valueOf(web.port()),
                      through))
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      try {
        await()
            .atMost(Duration.ofSeconds(60))
            .failFast("it ended", () -> !agent.isAlive())
            .until(() -> Files.readString(said).contains("open\n"));
        assertThat(Files.readString(said))
            .contains("\"clientId\":\"" + client + "\"")
            .contains("\"rootUrl\":\"http://" + LocalGateway.DOMAIN);
        URI page =
            URI.create(
                "http://web-demo-"
                    + client
                    + "."
                    + LocalGateway.DOMAIN
                    + ":"
                    + gateway.httpPort()
                    + "/hello");
        for (int i = 0; i < 20; i++) {
          assertThat(gateway.get(page)).startsWith("HTTP/1.1 200").endsWith("hello");
        }
      } finally {
        agent.destroyForcibly().waitFor();
      }
    }
  }
}
