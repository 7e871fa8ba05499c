package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guarded environment and the process that guards it. */
class GuardIT {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final LocalPlace place = LocalPlace.shared();
  private final String id = "g" + UUID.randomUUID().toString().substring(0, 8);
  private Path compose = Path.of("");

  @BeforeEach
  void writeProject() throws Exception {
    place.require();
    compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: %s
                init: true
                command: [sleep, "100000"]
                volumes: ["data:/data"]
            volumes: {data: {}}
            """
                .formatted(place.image()));
  }

  @AfterEach
  void remove() {
    Previews.builder().driver(place.driver()).down(id);
  }

  @Test
  void aKilledJvmLeavesNothing() throws Exception {
    killWhenItSays("is up");
  }

  @Test
  void aJvmThatIsKilledWhileItDeploysLeavesNothing() throws Exception {
    killWhenItSays("is deploying");
  }

  private void killWhenItSays(String moment) throws Exception {
    Process process = start();
    try {
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      String line = output.readLine();
      while (line != null && !line.equals(moment)) {
        line = output.readLine();
      }
      assertThat(line).isEqualTo(moment);
      List<ProcessHandle> guards = guards(process.toHandle());
      assertThat(guards).isNotEmpty();
      assertThat(guards).noneMatch(it -> arguments(it).contains(id));
      assertThat(place.leftovers(id)).isNotEmpty();

      process.destroyForcibly().waitFor();

      await().atMost(LONG).until(() -> place.leftovers(id).isEmpty());
      await().atMost(LONG).until(() -> guards.stream().noneMatch(ProcessHandle::isAlive));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aGuardEndsWithWhatItGuards() {
    ProcessHandle own = ProcessHandle.current();
    try (Preview preview = Previews.builder().driver(place.driver()).id(id).guarded().up(compose)) {
      assertThat(preview.services()).hasSize(1);
      assertThat(guards(own)).isNotEmpty();
    }
    assertThat(guards(own)).isEmpty();
    assertThat(Previews.builder().driver(place.driver()).find(id)).isEmpty();
  }

  private static List<ProcessHandle> guards(ProcessHandle of) {
    return of.descendants().filter(it -> arguments(it).contains("dev.previews.Guard")).toList();
  }

  private static String arguments(ProcessHandle process) {
    return String.join(" ", process.info().arguments().orElse(new String[0]));
  }

  private Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            GuardIT.class.getName(),
            place.driver(),
            id,
            compose.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The JVM that is killed. */
  public static void main(String[] arguments) throws InterruptedException {
    Previews.builder()
        .driver(arguments[0])
        .id(arguments[1])
        .guarded()
        .progress(
            event -> {
              if (event instanceof ProgressEvent.StepStarted started
                  && started.step() == Step.DEPLOY) {
                System.out.println("is deploying");
              }
            })
        .up(Path.of(arguments[2]));
    System.out.println("is up");
    Thread.sleep(Duration.ofMinutes(5).toMillis());
  }
}
