package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Service;
import dev.previews.progress.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds when the process that brings an environment up is killed with SIGKILL at the beginning
 * or in the middle of any step. Extend it once for each driver, as {@link PreviewContract}; {@link
 * KilledAt} chooses the steps where each costs much.
 */
public abstract class KilledUpContract {
  private static final int KILLED = 128 + 9;
  private static final String COMPOSE =
      """
      name: killed
      services:
        web:
          image: ${IMAGE}
          init: true
          command: [httpd, -f, -p, "8080", -h, /pages]
          ports: ["8080"]
          volumes: ["./pages:/pages", "data:/data"]
          healthcheck:
            test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8080/"]
            start_period: 1m
            start_interval: 300ms # but a minute from when it is healthy on: each check costs
            interval: 1m
        built:
          build: {context: ./pages, args: {IMAGE: "${IMAGE}"}}
          init: true
          command: [sleep, "100000"]
      volumes: {data: {}}
      """;

  /** A directory for the Compose project of one test. */
  @TempDir protected Path directory;

  private String id = "";
  private Path compose = Path.of("");

  /** Makes the contract's tests. */
  protected KilledUpContract() {}

  /** Where the contract is tested. */
  protected abstract Place place();

  @BeforeEach
  void writeProject() throws Exception {
    place().require();
    id = "k" + UUID.randomUUID().toString().substring(0, 8);
    Path pages = Files.createDirectories(directory.resolve("pages"));
    Files.writeString(pages.resolve("index.html"), "page");
    Files.writeString(pages.resolve("Dockerfile"), "ARG IMAGE\nFROM ${IMAGE}\nCOPY . /\n");
    compose = Files.writeString(directory.resolve("compose.yaml"), COMPOSE);
  }

  @AfterEach
  void remove() {
    previews().down(id);
  }

  @ParameterizedTest
  @ArgumentsSource(KilledSteps.class)
  void theNextUpConvergesAndDownLeavesNothing(Step step) throws Exception {
    killUp(step, Duration.ofMillis(60));
    try (Preview preview = previews().id(id).up(compose)) {
      assertThat(preview.services()).hasSize(2).allMatch(Service::ready);
    }
    previews().down(id);
    assertThat(place().leftovers(id)).isEmpty();
  }

  @ParameterizedTest
  @ArgumentsSource(KilledSteps.class)
  void downAloneLeavesNothing(Step step) throws Exception {
    killUp(step, Duration.ZERO);
    previews().down(id);
    assertThat(place().leftovers(id)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"MACHINE", "DEPLOY"})
  void whenItsTimeIsOverSweepingLeavesNothing(Step step) throws Exception {
    killUp(step, Duration.ofMillis(60), "PT1S");
    Instant latest = Instant.now().plusSeconds(60);
    while (!place().leftovers(id).isEmpty()) {
      assertThat(Instant.now()).as("what is left: %s", place().leftovers(id)).isBefore(latest);
      Thread.sleep(1000);
      previews().build().sweep();
    }
  }

  private void killUp(Step step, Duration delay) throws IOException, InterruptedException {
    killUp(step, delay, "");
  }

  private void killUp(Step step, Duration delay, String ttl)
      throws IOException, InterruptedException {
    int exitCode = KilledUp.run(place().driver(), id, place().image(), compose, step, delay, ttl);
    assertThat(exitCode)
        .as("how the JVM ended that was to be killed at %s", step)
        .isEqualTo(KILLED);
  }

  private Previews.Builder previews() {
    return Previews.builder()
        .driver(place().driver())
        .variable("IMAGE", place().image())
        .deadline(Duration.ofMinutes(3));
  }
}
