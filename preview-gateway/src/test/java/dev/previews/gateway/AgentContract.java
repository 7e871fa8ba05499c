package dev.previews.gateway;

import static dev.previews.tunnel.Gateway.gateway;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.spi.DriverConfig;
import dev.previews.tunnel.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the tunnel agent does on a machine whose engine is not the one at hand. */
@Timeout(400)
abstract class AgentContract {
  private static final String AGENT = "preview-tunnel";

  @TempDir static Path images;
  private static AgentImage image;

  @TempDir Path folder;
  final String id = "agent-" + UUID.randomUUID().toString().substring(0, 8);
  private LocalGateway tunnels;

  /** The address of this machine that the environment reaches. */
  abstract String host();

  abstract DriverConfig driver();

  /** Where the key is. */
  abstract String profile();

  /** Whether SSH goes through TLS. */
  abstract boolean throughTls();

  /** What is on the machine, or is one: the same before an environment and after it. */
  abstract List<String> objects() throws Exception;

  /** Each ends something that the environment runs in, without asking; that starts again. */
  abstract List<Executable> kills();

  @BeforeAll
  static void build() throws Exception {
    image = AgentImage.withOpenssl(images);
  }

  @AfterAll
  static void remove() throws Exception {
    if (image != null) {
      image.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    tunnels = LocalGateway.start(folder, host());
  }

  @AfterEach
  void stop() {
    builder().build().down(id);
    tunnels.close();
  }

  private Previews.Builder builder() {
    return Previews.builder().driver(driver()).id(id).deadline(Duration.ofSeconds(150));
  }

  private Path compose() throws IOException {
    return NamedServices.write(folder, EnvironmentIT.BUSYBOX, Map.of(), "web");
  }

  private static String agent(Preview preview) {
    return preview.exec(AGENT, "hostname").stdout().strip();
  }

  private void answers(URI web) throws IOException {
    assertThat(tunnels.get(web)).startsWith("HTTP/1.1 200").endsWith("web\n");
  }

  private void comesBack(URI web) {
    await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> answers(web));
  }

  @Test
  void urlsNeedNoClientThatLives() throws Throwable {
    List<String> before = objects();
    URI web;
    String agent;
    try (Preview preview = builder().tunnel(tunnel()).up(compose())) {
      web = preview.url("web");
      answers(web);
      agent = agent(preview);
    }
    answers(web);

    try (Poll poll = new Poll(tunnels, web, "web");
        Preview another = builder().tunnel(address()).up(compose())) {
      assertThat(another.url("web")).as("with the same key").isEqualTo(web);
      assertThat(agent(another)).as("nothing changed").isEqualTo(agent);
      assertThat(poll.asked()).isNotNegative();
    }

    for (Executable kill : kills()) {
      kill.execute();
      comesBack(web);
    }

    builder().build().down(id);
    assertThat(objects()).isEqualTo(before);
    assertThat(tunnels.get(web)).matches("(?s)HTTP/1\\.1 (404|503) .*");
  }

  private Gateway tunnel() {
    Gateway gateway =
        throughTls()
            ? gateway(tunnels.sshThroughTls()).trust(tunnels.authority())
            : gateway(tunnels.ssh());
    return gateway.profile(profile()).image(image.name());
  }

  /** As another client would write it, who knows no more. */
  private String address() {
    return (throughTls()
            ? tunnels.sshThroughTls() + "?trust=" + encoded(tunnels.authority().toString()) + "&"
            : tunnels.ssh() + "?")
        + "profile="
        + encoded(profile())
        + "&image="
        + image.name();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
