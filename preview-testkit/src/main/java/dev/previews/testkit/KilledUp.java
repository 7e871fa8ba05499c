package dev.previews.testkit;

import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;

/** An {@code up} in a JVM of its own, which kills itself with SIGKILL in the middle of a step. */
final class KilledUp {
  private KilledUp() {}

  /**
   * Starts the JVM and waits for its end. Returns its exit code: 137 after a SIGKILL.
   *
   * @param delay how long it lives after the step has begun; with zero the step does nothing at all
   * @param ttl the time to live of the environment, as ISO 8601; empty for none
   */
  static int run(
      String driver, String id, String image, Path compose, Step step, Duration delay, String ttl)
      throws IOException, InterruptedException {
    Process process =
        SecondJvm.start(
            KilledUp.class,
            driver,
            id,
            image,
            compose.toString(),
            step.name(),
            Long.toString(delay.toMillis()),
            ttl);
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    return SecondJvm.await(process);
  }

  /** Brings the environment up, and dies when the step has begun or a moment later. */
  public static void main(String[] arguments) {
    Step deadly = Step.valueOf(arguments[4]);
    long delay = Long.parseLong(arguments[5]);
    Previews.Builder previews =
        Previews.builder()
            .driver(arguments[0])
            .id(arguments[1])
            .variable("IMAGE", arguments[2])
            .deadline(Duration.ofMinutes(3))
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.StepStarted started
                      && started.step() == deadly) {
                    if (delay == 0) {
                      kill();
                    }
                    dieAfter(delay);
                  }
                });
    if (!arguments[6].isEmpty()) {
      previews.ttl(Duration.parse(arguments[6]));
    }
    previews.up(Path.of(arguments[3]));
    kill(); // the last step may be over before the moment has passed
  }

  private static void dieAfter(long delay) {
    Thread killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(delay);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              kill();
            });
    killer.setDaemon(true);
    killer.start();
  }

  private static void kill() {
    try {
      new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
          .start()
          .waitFor();
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
