package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.Environment;
import dev.previews.spi.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of environments that cannot be asked when they were used. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SharedExpiryIT {
  private final LocalPlace place = LocalPlace.shared();
  private final String id = "x" + UUID.randomUUID().toString().substring(0, 8);
  private final String name = "preview-" + id;
  private Path compose = Path.of("");

  @BeforeEach
  void writeProject(@TempDir Path directory) throws Exception {
    place.require();
    compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              app:
                image: ${IMAGE}
                init: true
                command: [sleep, "1000"]
                volumes: ["data:/data"]
            volumes: {data: {}}
            """);
  }

  @AfterEach
  void remove() {
    previews(1).down(id);
  }

  @Test
  void theVolumeThatAKilledProcessMadeExpires() throws Exception {
    makeVolume(60);
    assertThat(expired()).isFalse();
    place.docker("volume", "rm", name);
    makeVolume(1);
    assertThat(expired()).isTrue();
    previews(1).sweep();
    assertThat(place.leftovers(id)).isEmpty();
  }

  @Test
  void theContainerThatAKilledProcessDidNotStartExpires() throws Exception {
    makeVolume(1);
    List<String> create = new ArrayList<>(List.of("create", "--name", name));
    create.addAll(labels(MachineLabels.MACHINE, 1));
    create.addAll(List.of("--volume", name + ":/files", place.image(), "true"));
    place.docker(create.toArray(String[]::new));
    awaitExpiry();
    previews(1).sweep();
    assertThat(place.leftovers(id)).isEmpty();
  }

  @Test
  void aStoppedMachineIsJudgedByItsEndAndNotByItsCreation() throws Exception {
    int ttl = 6;
    Instant longer = Instant.now().plusSeconds(ttl + 1);
    try (Preview preview = previews(ttl).up(compose)) {
      while (Instant.now().isBefore(longer)) {
        preview.exec("app", "true");
        Thread.sleep(500);
      }
    }
    place.docker("kill", name);
    assertThat(expired()).isFalse();
    awaitExpiry();
    previews(ttl).sweep();
    assertThat(place.leftovers(id)).isEmpty();
  }

  @Test
  void withoutItsContainerAnEnvironmentThatHasDataStays() throws Exception {
    previews(1).up(compose).close();
    place.docker("rm", "--force", name);
    Thread.sleep(2500);
    assertThat(expired()).isFalse();
    assertThat(state()).contains(Environment.State.STOPPED);
    previews(1).down(id);
    assertThat(place.leftovers(id)).isEmpty();
  }

  private Previews previews(int ttl) {
    return Previews.builder()
        .driver(place.driver())
        .id(id)
        .owner(id)
        .ttl(Duration.ofSeconds(ttl))
        .variable("IMAGE", place.image())
        .deadline(Duration.ofMinutes(2))
        .build();
  }

  private boolean expired() {
    return previews(1).expired().stream().anyMatch(it -> it.id().value().equals(id));
  }

  private Optional<Environment.State> state() {
    return previews(1).list().stream()
        .filter(it -> it.id().value().equals(id))
        .map(Environment::state)
        .findFirst();
  }

  private void awaitExpiry() throws InterruptedException {
    Instant latest = Instant.now().plusSeconds(60);
    while (!expired()) {
      assertThat(Instant.now()).isBefore(latest);
      Thread.sleep(250);
    }
  }

  private void makeVolume(int ttl) throws Exception {
    List<String> create = new ArrayList<>(List.of("volume", "create"));
    create.addAll(labels(MachineLabels.FILES, ttl));
    create.add(name);
    place.docker(create.toArray(String[]::new));
  }

  /** As of a machine that was made ten seconds ago. */
  private List<String> labels(String role, int ttl) {
    return List.of(
        "--label=" + Labels.ENVIRONMENT + "=" + id,
        "--label=" + Labels.OWNER + "=" + id,
        "--label=" + Labels.CREATED + "=" + Instant.now().minusSeconds(10).getEpochSecond(),
        "--label=" + Labels.TTL + "=" + ttl,
        "--label=" + MachineLabels.MODE + "=" + Mode.SHARED.label(),
        "--label=" + MachineLabels.ROLE + "=" + role);
  }
}
