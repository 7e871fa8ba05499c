package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes into a command, what comes out of it, and what it finds. */
abstract class CommandContract extends CommonMachine {
  private static final int MANY = 50;

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100 << 20})
  void stdinArrivesWholeAndEnds(long bytes) throws Exception {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    int exitCode =
        await(Command.of("sha256sum").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
    assertThat(exitCode).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8)).startsWith(RandomBytes.digest(bytes));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100 << 20})
  void whatGoesInComesOutAgain(long bytes) throws Exception {
    DigestOutputStream stdout = RandomBytes.sink();
    int exitCode =
        await(Command.of("cat").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
    assertThat(exitCode).isZero();
    assertThat(RandomBytes.digest(stdout)).isEqualTo(RandomBytes.digest(bytes));
  }

  @Test
  void stdoutAndStderrStayApart() {
    ExecResult result = run("sh", "-c", "echo out; echo err >&2; echo out2");
    assertThat(result.stdout()).isEqualTo("out\nout2\n");
    assertThat(result.stderr()).isEqualTo("err\n");
  }

  @ParameterizedTest
  @CsvSource({"exit 0, 0", "exit 1, 1", "exit 255, 255", "kill -9 $$, 137", "kill -15 $$, 143"})
  void exitCodesAreTheCommandsOwn(String script, int expected) {
    assertThat(run("sh", "-c", script).exitCode()).isEqualTo(expected);
  }

  @Test
  void withoutInputTheCommandReadsTheEndAtOnce() {
    assertThat(run("cat")).isEqualTo(new ExecResult(0, "", ""));
  }

  @Test
  void anUnknownProgramIsRefusedOrExits127() {
    try {
      assertThat(run("no-such-program").exitCode()).isIn(126, 127);
    } catch (RemoteCommandException e) {
      assertThat(e).hasMessageContaining("no-such-program");
    }
  }

  @Test
  void argumentsArriveAsTheyAre() {
    List<String> arguments =
        List.of(
            "",
            " ",
            "a b",
            "'",
            "\"",
            "$HOME `id` $(id)",
            "*",
            "\\",
            "-n",
            "new\nline",
            "ünï 日本 🚢",
            "x".repeat(100_000));
    List<String> argv =
        new ArrayList<>(List.of("sh", "-c", "for a; do printf '%s|' \"$a\"; done", "sh"));
    argv.addAll(arguments);
    ExecResult result = run(argv.toArray(String[]::new));
    assertThat(result.stdout()).isEqualTo(String.join("|", arguments) + "|");
  }

  @Test
  void environmentAndDirectoryAreTheCommands() throws Exception {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    await(
        Command.of("sh", "-c", "echo \"$GREETING\"; pwd")
            .environment("GREETING", "it's $5 = \"five\"")
            .directory(machine.directory())
            .stdout(stdout));
    assertThat(stdout.toString(StandardCharsets.UTF_8))
        .isEqualTo("it's $5 = \"five\"\n" + machine.directory() + "\n");
  }

  @Test
  void manyCommandsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(MANY);
    try {
      List<Future<String>> results = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        long bytes = 10_000L + i;
        results.add(
            threads.submit(
                () -> {
                  DigestOutputStream stdout = RandomBytes.sink();
                  await(Command.of("cat").stdin(to -> RandomBytes.write(bytes, to)).stdout(stdout));
                  return RandomBytes.digest(stdout);
                }));
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(results.get(i).get(60, TimeUnit.SECONDS))
            .isEqualTo(RandomBytes.digest(10_000L + i));
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
