package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.Environment.State;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SweepTest {
  @TempDir private Path base;
  private final List<ProgressEvent> events = new CopyOnWriteArrayList<>();
  private final Context context = Context.of(Deadline.in(Duration.ofMinutes(1)), events::add);
  private FolderDriver driver = new FolderDriver(Path.of(""));

  @BeforeEach
  void openDriver() {
    driver = new FolderDriver(base);
  }

  private Sweep sweep() {
    return new Sweep(
        () -> {
          throw new AssertionError("nothing is deployed there");
        },
        driver,
        context);
  }

  @Test
  void oneThatDoesNotRunExpiresWhenItHasBeenOutOfUseForItsTime() {
    Instant before = Instant.now().minusSeconds(60);
    driver.put("starting", "10", State.STARTING, it -> it.unusedSince(before));
    driver.put("starting-yet", "600", State.STARTING, it -> it.unusedSince(before));
    driver.put("stopped", "10", State.STOPPED, it -> it.unusedSince(before));
    driver.put("stopped-just-now", "600", State.STOPPED, it -> it.unusedSince(before));
    driver.put("stopped-sometime", "10", State.STOPPED, UnaryOperator.identity());
    driver.put("stopped-for-ever", "", State.STOPPED, it -> it.unusedSince(before));
    driver.put("removing", "10", State.REMOVING, it -> it.unusedSince(before));
    assertThat(sweep().expired())
        .extracting(it -> it.id().value())
        .containsExactly("starting", "stopped");
  }

  @Test
  void aMachineWhoseLabelsCannotChangeIsAskedWhateverTheySay() {
    running("labelled", "1", 2);
    driver.put("labelled", "3600", State.RUNNING, Machine.Builder::ttlMayChange);
    running("unlabelled", "1", 2);
    driver.put("unlabelled", "", State.RUNNING, Machine.Builder::ttlMayChange);
    running("final", "1", 2);
    driver.put("final", "", State.RUNNING, UnaryOperator.identity());
    assertThat(sweep().expired())
        .extracting(it -> it.id().value())
        .containsExactly("labelled", "unlabelled");
  }

  @Test
  void oneThatIsUsedWhileAnotherIsRemovedStays() {
    running("a", "60", 70);
    running("b", "60", 70);
    driver.onDelete(id -> used("b", 0));
    assertThat(sweep().run(it -> true)).extracting(it -> it.id().value()).containsExactly("a");
    assertThat(driver.list(context)).extracting(it -> it.id().value()).containsExactly("b");
  }

  @Test
  void oneThatIsToStayWhenItsTurnComesStays() {
    running("a", "1", 2);
    running("b", "1", 2);
    driver.onDelete(id -> driver.put("b", "", State.RUNNING, UnaryOperator.identity()));
    assertThat(sweep().run(it -> true)).extracting(it -> it.id().value()).containsExactly("a");
  }

  @Test
  void aStoppedSweepEndsTheRemovalUnderWayAndBeginsNoOther() throws Exception {
    running("a", "1", 2);
    running("b", "1", 2);
    CountDownLatch removing = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    driver.onDelete(
        id -> {
          removing.countDown();
          await(stopped);
        });
    Sweep sweep = sweep();
    try (Sweep.Background background = sweep.inBackground("me", EnvironmentId.of("c"))) {
      assertThat(background).isNotNull();
      assertThat(removing.await(30, TimeUnit.SECONDS)).isTrue();
      sweep.stop();
      stopped.countDown();
    }
    assertThat(driver.list(context)).extracting(it -> it.id().value()).containsExactly("b");
    assertThat(events).isEmpty();
  }

  private void running(String name, String ttl, int secondsAgo) {
    driver.put(name, ttl, State.RUNNING, UnaryOperator.identity());
    try {
      Files.writeString(Files.createDirectories(base.resolve(name)).resolve(".expiry"), ttl + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    used(name, secondsAgo);
  }

  private void used(String name, int secondsAgo) {
    try {
      Files.setLastModifiedTime(
          base.resolve(name).resolve(".expiry"),
          FileTime.from(Instant.now().minusSeconds(secondsAgo)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
