package dev.previews.testkit;

import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;

/** An {@code up} in a JVM of its own, which kills itself with SIGKILL in the middle of a step. */
final class KilledUp {
  private KilledUp() {}

  /** Starts the JVM and waits for its end. Returns its exit code: 137 after a SIGKILL. */
  static int run(String driver, String id, String image, Path compose, Step step) throws Exception {
    Process process =
        SecondJvm.start(KilledUp.class, driver, id, image, compose.toString(), step.name());
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    return SecondJvm.await(process);
  }

  /** Brings the environment up, and dies a moment after the step began. */
  public static void main(String[] arguments) {
    Step deadly = Step.valueOf(arguments[4]);
    Previews.builder()
        .driver(arguments[0])
        .id(arguments[1])
        .variable("IMAGE", arguments[2])
        .deadline(Duration.ofMinutes(3))
        .progress(
            event -> {
              if (event instanceof ProgressEvent.StepStarted started && started.step() == deadly) {
                dieSoon();
              }
            })
        .up(Path.of(arguments[3]));
    kill(); // the last step may be over before the moment has passed
  }

  private static void dieSoon() {
    Thread killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(60);
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
