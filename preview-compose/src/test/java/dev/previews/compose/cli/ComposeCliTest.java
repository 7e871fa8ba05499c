package dev.previews.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.DeadlineException;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The CLI against scripts that stand for it. */
@Timeout(60)
class ComposeCliTest {
  @TempDir Path bin;

  private final Deadline deadline = Deadline.in(Duration.ofSeconds(30));

  @Test
  void saysHowToInstallWhatIsMissing() {
    assertThatThrownBy(() -> cli().resolve(Invocation.of("config"), deadline))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("neither docker nor docker-compose is on the PATH")
        .hasMessageContaining("2.20 or newer: install");
  }

  @Test
  void saysWhichOneIsTooOld() throws Exception {
    script("docker", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1");
    script("docker-compose", "echo 1.29.2");
    assertThatThrownBy(() -> cli().resolve(Invocation.of("config"), deadline))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'compose' is not a docker command")
        .hasMessageContaining("docker-compose is version 1.29")
        .hasMessageContaining("2.20");
    script("docker", "echo 2.19.1");
    assertThatThrownBy(() -> cli().resolve(Invocation.of("config"), deadline))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("docker compose is version 2.19");
  }

  @Test
  void asksForTheVersionOnce() throws Exception {
    script("docker", "echo \"$*\" >>" + bin + "/calls; echo v2.24.5");
    ComposeCli cli = cli();
    for (int i = 0; i < 3; i++) {
      cli.resolve(Invocation.of("config").options("--file", "x"), deadline);
    }
    assertThat(Files.readAllLines(bin.resolve("calls")))
        .containsExactly(
            "compose version --short",
            "compose --file x config",
            "compose --file x config",
            "compose --file x config");
  }

  @Test
  void aProgramThatHasToldItsVersionIsAskedAgainWhenItsFileChanges() throws Exception {
    String logged = "echo \"$1\" >>" + bin + "/calls; echo ";
    script("docker-compose", logged + "v2.24.5");
    for (int i = 0; i < 2; i++) {
      cli().resolve(Invocation.of("config"), deadline);
    }
    assertThat(Files.readAllLines(bin.resolve("calls")))
        .containsExactly("version", "config", "config");

    script("docker-compose", logged + "v2.19.10");
    assertThatThrownBy(() -> cli().resolve(Invocation.of("config"), deadline))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("docker-compose is version 2.19");
  }

  @Test
  void takesTheStandaloneOneWhereThereIsNoPlugIn() throws Exception {
    script("docker", "exit 1");
    script("docker-compose", "echo 2.20.0+ds1-0ubuntu1");
    assertThat(cli().resolve(Invocation.of("config"), deadline).stdout()).startsWith("2.20");
  }

  @Test
  void clearsWhatWouldChangeTheMeaningAndKeepsTheRest() throws Exception {
    script("docker", "if [ \"$2\" = version ]; then echo 2.26.1; else env; fi");
    Map<String, String> environment = environment();
    environment.put("DOCKER_CONTEXT", "elsewhere");
    environment.put("DOCKER_CONFIG", "/credentials");
    environment.put("COMPOSE_FILE", "other.yaml");
    environment.put("TAG", "mine");
    String seen =
        new ComposeCli(environment)
            .resolve(Invocation.of("config").variables(Map.of("TAG", "given")), deadline)
            .stdout();
    assertThat(seen)
        .contains("DOCKER_CONFIG=/credentials", "TAG=given", "DOCKER_HOST=unix:///dev/null/")
        .doesNotContain("DOCKER_CONTEXT", "COMPOSE_FILE");
  }

  @Test
  void theUsersProfilesCountWhereAModelIsResolvedAlone() throws Exception {
    script("docker", "if [ \"$2\" = version ]; then echo 2.26.1; else env; fi");
    Map<String, String> environment = environment();
    environment.put("COMPOSE_PROFILES", "debug");
    ComposeCli cli = new ComposeCli(environment);
    assertThat(cli.resolve(Invocation.of("config"), deadline).stdout())
        .contains("COMPOSE_PROFILES=debug");
    assertThat(CliEnvironment.working(environment, "unix:///engine.sock", Map.of("TAG", "given")))
        .containsEntry("DOCKER_HOST", "unix:///engine.sock")
        .containsEntry("TAG", "given")
        .doesNotContainKey("COMPOSE_PROFILES");
  }

  @Test
  void countsTheMemoryOfTheWholeTree() throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "{ head -c 67108864 /dev/zero; sleep 60; } | tail").start();
    try {
      ProcessTree tree = new ProcessTree(shell);
      long most = 0;
      for (int i = 0; i < 100 && most < 64L << 20; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
        most = tree.memoryBytes();
      }
      assertThat(most).isBetween(64L << 20, 300L << 20);
    } finally {
      new ProcessTree(shell).end();
    }
  }

  @Test
  void drainsBothStreamsAndTellsLines() throws Exception {
    script(
        "docker",
        "if [ \"$2\" = version ]; then echo 2.26.1; exit; fi; i=0; while [ $i -lt 20000 ]; do echo"
            + " out$i; echo err$i >&2; i=$((i+1)); done; cat; exit 3");
    List<String> lines = new ArrayList<>();
    CliResult result =
        cli().resolve(Invocation.of("up").stdin("from stdin").lines(lines::add), deadline);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(lines).hasSize(40001).contains("out0", "err19999", "from stdin");
    assertThat(result.tail().lines()).hasSize(40);
  }

  @Test
  void endsTheWholeTreeAtTheDeadline() throws Exception {
    script("docker", hanging());
    assertThatThrownBy(() -> cli().resolve(Invocation.of("up"), Deadline.in(Duration.ofSeconds(2))))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("docker compose up")
        .hasMessageContaining("still here");
    assertThat(grandchildIsAlive()).isFalse();
  }

  @Test
  void endsTheWholeTreeWhenInterrupted() throws Exception {
    script("docker", hanging());
    Thread test = Thread.currentThread();
    Thread interrupter =
        new Thread(
            () -> {
              while (!Files.exists(bin.resolve("pid"))) {
                Thread.onSpinWait();
              }
              test.interrupt();
            });
    interrupter.start();
    assertThatThrownBy(() -> cli().resolve(Invocation.of("up"), deadline))
        .isInstanceOf(PreviewInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(grandchildIsAlive()).isFalse();
  }

  @Test
  void endsWhatPrintsWithoutEnd() throws Exception {
    script("docker", "if [ \"$2\" = version ]; then echo 2.26.1; else exec cat /dev/zero; fi");
    assertThatThrownBy(() -> cli().resolve(Invocation.of("config"), deadline))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("64 MB");
  }

  private static String hanging() {
    return "if [ \"$2\" = version ]; then echo 2.26.1; exit; fi; trap '' TERM; echo still here >&2;"
        + " sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $! >$(dirname $0)/pid.new;"
        + " mv $(dirname $0)/pid.new $(dirname $0)/pid; while :; do sleep 1; done";
  }

  /** A dead one may wait for the system's first process to take notice. */
  private boolean grandchildIsAlive() throws Exception {
    Path stat = Path.of("/proc", Files.readString(bin.resolve("pid")).strip(), "stat");
    for (int i = 0; i < 20; i++) {
      try {
        if (Files.readString(stat).contains(") Z ")) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return true;
  }

  private ComposeCli cli() {
    return new ComposeCli(Map.of("PATH", bin.toString()));
  }

  private Map<String, String> environment() {
    return new HashMap<>(Map.of("PATH", bin.toString()));
  }

  private void script(String name, String body) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
