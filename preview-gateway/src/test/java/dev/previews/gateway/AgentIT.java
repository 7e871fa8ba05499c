package dev.previews.gateway;

import static dev.previews.gateway.LocalGateway.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.spi.Sidecar;
import dev.previews.tunnel.agent.Agent;
import dev.previews.tunnel.agent.Forward;
import dev.previews.tunnel.gateway.GatewayAddress;
import dev.previews.tunnel.keys.TunnelKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent's container alone, in images that have little. */
@Timeout(120)
class AgentIT {
  @TempDir static Path images;
  private static AgentImage small;

  @TempDir Path folder;
  private final TunnelKey key = TunnelKey.generate();
  private final String container = "preview-agent-it-" + UUID.randomUUID();
  private LocalGateway gateway;

  @BeforeAll
  static void build() throws Exception {
    small = AgentImage.build(images);
  }

  @AfterAll
  static void remove() throws Exception {
    small.close();
  }

  @BeforeEach
  void start() throws Exception {
    gateway = LocalGateway.start(folder);
  }

  @AfterEach
  void stop() throws IOException {
    new ProcessBuilder("docker", "rm", "-f", container).start().onExit().join();
    gateway.close();
  }

  /** Runs it. */
  private Agent startAgent(String domain) throws IOException {
    GatewayAddress address = new GatewayAddress(gateway.address(), gateway.tlsPort(), true);
    Agent agent = new Agent(address, small.name(), "agent-it");
    Sidecar sidecar =
        agent.prepare(
            domain,
            key,
            Files.readString(folder.resolve("host-key.pub")),
            "",
            List.of(Forward.of("web-8080-agent-it", "localhost", 8080, false, false, List.of())));
    List<String> argv = new ArrayList<>(List.of("docker", "run", "--detach", "--name", container));
    for (Map.Entry<String, String> variable : sidecar.environment().entrySet()) {
      argv.addAll(List.of("--env", variable.getKey() + "=" + variable.getValue()));
    }
    for (Map.Entry<String, Path> mount : sidecar.folders().entrySet()) {
      argv.addAll(List.of("--volume", mount.getValue() + ":" + mount.getKey() + ":ro"));
    }
    argv.addAll(List.of("--entrypoint", sidecar.command().get(0), small.name()));
    argv.addAll(sidecar.command().subList(1, sidecar.command().size()));
    run(argv.toArray(String[]::new));
    return agent;
  }

  @Test
  void whatAnImageLacksIsSaid() throws Exception {
    Agent agent = startAgent(gateway.address()); // it reads what is mounted as it starts
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(run("docker", "logs", container))
                      .contains("cannot: the image has no openssl")
                      .contains("docker:28-dind is one that has it"));
      run("docker", "exec", container, "true");
    } finally {
      agent.forget();
    }
  }
}
