package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.DeadlineException;
import dev.previews.error.ServiceFailedException;
import dev.previews.exec.Deadline;
import dev.previews.spi.Context;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A service that does not come up is named, with what it said. */
@Timeout(120)
@ResourceLock(ComposeFolder.ONE_CLASS_AT_A_TIME)
class ServiceFailuresIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();
  @TempDir Path directory;
  private ComposeFolder folder;

  @BeforeEach
  void open() {
    folder = new ComposeFolder(directory, machine);
  }

  @Test
  void namesAServiceThatExitsWithItsLog() throws Exception {
    String wide = "x" + "ä".repeat(999); // docker-java's pieces of 1 KiB would cut a letter
    folder.write(
        "services: {bad: {image: IMAGE, command: [sh, -c, 'echo broken " + wide + "; exit 3']}}");
    assertThatThrownBy(folder::up)
        .isInstanceOfSatisfying(
            ServiceFailedException.class,
            e -> {
              assertThat(e.service()).isEqualTo("bad");
              assertThat(e.exitCode()).hasValue(3);
              assertThat(e.evidence()).contains("broken " + wide);
            });
  }

  @Test
  void namesAOneShotThatFailsUnderTheFeetOfAnother() throws Exception {
    folder.write(
        """
        services:
          first: {image: IMAGE, command: [sh, -c, 'echo no database; exit 1']}
          second:
            image: IMAGE
            command: [sleep, '300']
            depends_on: {first: {condition: service_completed_successfully}}
        """);
    assertThatThrownBy(folder::up)
        .isInstanceOfSatisfying(
            ServiceFailedException.class,
            e -> {
              assertThat(e.service()).isEqualTo("first");
              assertThat(e.exitCode()).hasValue(1);
              assertThat(e.evidence()).contains("no database");
            });
  }

  @Test
  void namesAServiceThatIsUnhealthyOrRestartsForEver() throws Exception {
    folder.write(
        """
        services:
          sick:
            image: IMAGE
            init: true
            command: [sh, -c, 'echo up; sleep 300']
            healthcheck: {test: [CMD, sh, -c, 'echo not well; exit 1'], interval: 1s, retries: 2}
        """);
    assertThatThrownBy(folder::up)
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("'sick' is unhealthy")
        .hasMessageContaining("not well");
    folder.write(
        """
        services:
          loop: {image: IMAGE, restart: always, command: [sh, -c, 'echo again; exit 7']}
        """);
    assertThatThrownBy(folder::up)
        .isInstanceOf(ServiceFailedException.class)
        .hasMessageContaining("'loop' is restarted again and again")
        .hasMessageContaining("again");
  }

  @Test
  void saysAtTheDeadlineWhatIsNotReady() throws Exception {
    folder.write(
        """
        services:
          slow:
            image: IMAGE
            init: true
            command: [sh, -c, 'echo still at it; sleep 300']
            healthcheck: {test: [CMD, 'false'], interval: 1s, retries: 1000}
          after:
            image: IMAGE
            command: [sleep, '300']
            depends_on: {slow: {condition: service_healthy}}
        """);
    Context short_ = Context.of(Deadline.in(Duration.ofSeconds(15)), folder.events::add);
    assertThatThrownBy(() -> folder.up(short_))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("slow is starting")
        .hasMessageContaining("still at it");
  }
}
