package dev.previews.testkit;

import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A guarded {@code up} in a JVM of its own, which says where it is, and waits to be killed. */
final class GuardedUp {
  static final String DEPLOYING = "is deploying";
  static final String UP = "is up";

  private GuardedUp() {}

  /** Starts the JVM and waits until it says this. */
  static Process start(Place place, String id, Path compose, String moment) throws IOException {
    Process process =
        SecondJvm.start(GuardedUp.class, place.driver(), id, place.image(), compose.toString());
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    while (line != null && !line.equals(moment)) {
      line = output.readLine();
    }
    if (line == null) {
      throw new AssertionError("the JVM ended before it said that it " + moment);
    }
    return process;
  }

  /** Brings the environment up, and stays. */
  public static void main(String[] arguments) throws InterruptedException {
    Previews.builder()
        .driver(arguments[0])
        .id(arguments[1])
        .variable("IMAGE", arguments[2])
        .deadline(Duration.ofMinutes(3))
        .guarded()
        .progress(
            event -> {
              if (event instanceof ProgressEvent.StepStarted started
                  && started.step() == Step.DEPLOY) {
                System.out.println(DEPLOYING);
              }
            })
        .up(Path.of(arguments[3]));
    System.out.println(UP);
    Thread.sleep(Duration.ofMinutes(5).toMillis());
  }
}
