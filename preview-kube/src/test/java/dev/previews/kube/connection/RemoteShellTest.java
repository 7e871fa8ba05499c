package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.exec.Command;
import dev.previews.machines.Needed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts, run by the shell that is here, and by busybox's with none but its own tools. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class RemoteShellTest {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final List<String> TOOLS = List.of("sh", "cat", "dd");

  @TempDir private static Path tools;

  /** Where programs are looked for first. */
  @TempDir Path first;

  private final boolean busybox;

  RemoteShellTest(boolean busybox) {
    this.busybox = busybox;
  }

  @BeforeAll
  static void linkTools() throws IOException {
    for (String name : TOOLS) {
      Files.createSymbolicLink(tools.resolve(name), BUSYBOX);
    }
  }

  @BeforeEach
  void requireBusybox() {
    Needed.check(!busybox || Files.isExecutable(BUSYBOX), BUSYBOX.toString());
  }

  private interface Feeder {
    void feed(OutputStream stdin) throws Exception;
  }

  private String run(Command command, @Nullable String endMark, int exitCode, Feeder feeder)
      throws Exception {
    // setsid, because a broken stream kills the whole process group.
    ProcessBuilder builder = new ProcessBuilder("setsid", "-w");
    builder.command().addAll(RemoteShell.ENTRY);
    String path = busybox ? tools.toString() : System.getenv("PATH");
    builder.environment().put("PATH", first + ":" + path);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(
          RemoteShell.program(
              command,
              endMark == null ? RemoteShell.Input.NONE : RemoteShell.Input.JOINED,
              String.valueOf(endMark)));
      stdin.flush();
      feeder.feed(stdin);
    } catch (IOException e) {
      // It may end before its input.
    }
    String stdout = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(exitCode);
    // The first line says which process it is.
    return stdout.substring(stdout.indexOf('\n') + 1);
  }

  private static void piece(OutputStream stdin, String text) throws IOException {
    stdin.write((text.length() + "\n" + text).getBytes(StandardCharsets.US_ASCII));
    stdin.flush();
  }

  /** What reads all of this input must not go on as if it were whole. */
  private void requireKilled(Feeder feeder) throws Exception {
    Command command = Command.of("sh", "-c", "cat >/dev/null; echo it looked whole");
    assertThat(run(command, "END", 137, feeder)).doesNotContain("it looked whole");
  }

  @Test
  void framesAreJoinedExactlyHoweverSlowlyTheyCome() throws Exception {
    String out =
        run(
            Command.of("cat"),
            "END",
            0,
            stdin -> {
              piece(stdin, "ab\n");
              for (char c : "10\n0123456789".toCharArray()) {
                stdin.write(c);
                stdin.flush();
                Thread.sleep(5);
              }
              piece(stdin, "12\n");
              end(stdin);
            });
    assertThat(out).isEqualTo("ab\n012345678912\n");
  }

  @Test
  void framesOfWholeBlocksAreJoinedToo() throws Exception {
    String three = "abcd\n".repeat(RemoteShell.BLOCK).substring(0, 3 * RemoteShell.BLOCK);
    String out =
        run(
            Command.of("md5sum"),
            "END",
            0,
            stdin -> {
              piece(stdin, three);
              piece(stdin, "12\n");
              piece(stdin, three);
              end(stdin);
            });
    byte[] all = (three + "12\n" + three).getBytes(StandardCharsets.US_ASCII);
    assertThat(out).startsWith(md5(all));
  }

  @Test
  void aStreamThatBreaksOffWithinAFrameOfBlocksKillsTheCommand() throws Exception {
    requireKilled(
        stdin -> {
          stdin.write((2 * RemoteShell.BLOCK + "\n").getBytes(StandardCharsets.US_ASCII));
          stdin.write("a".repeat(RemoteShell.BLOCK).getBytes(StandardCharsets.US_ASCII));
        });
  }

  @Test
  void aStreamThatBreaksOffKillsTheCommand() throws Exception {
    requireKilled(stdin -> stdin.write("10\nabc".getBytes(StandardCharsets.US_ASCII)));
  }

  /** More pieces than are joined one by one, and what they are together. */
  private static byte[] manyPieces(OutputStream stdin) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      String text = i % 10 == 0 ? "0\n".repeat(RemoteShell.BLOCK) : "piece " + i + "\n";
      piece(stdin, text);
      all.append(text);
    }
    return all.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void end(OutputStream stdin) throws IOException {
    stdin.write("0\n".getBytes(StandardCharsets.US_ASCII));
    stdin.flush();
  }

  private String md5OfManyPieces() throws Exception {
    return run(
        Command.of("md5sum"),
        "END",
        0,
        stdin -> {
          manyPieces(stdin);
          end(stdin);
        });
  }

  private static String md5(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
  }

  private void makePerl(String script) throws IOException {
    Path perl = Files.writeString(first.resolve("perl"), "#!/bin/sh\n" + script + "\n");
    assertThat(perl.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void manyFramesAreJoinedWithPerlAndWithout() throws Exception {
    String expected = md5(manyPieces(OutputStream.nullOutputStream()));
    assertThat(md5OfManyPieces()).startsWith(expected);
    makePerl("exit 1");
    assertThat(md5OfManyPieces()).startsWith(expected);
  }

  @Test
  void aPerlThatFailsOnTheWayKillsTheCommand() throws Exception {
    makePerl("[ \"$2\" = 1 ]");
    requireKilled(
        stdin -> {
          manyPieces(stdin);
          end(stdin);
        });
  }

  @Test
  void aStreamThatBreaksOffAfterManyFramesKillsTheCommand() throws Exception {
    for (String rest : List.of("", "1", "10\nabc")) {
      requireKilled(
          stdin -> {
            manyPieces(stdin);
            stdin.write(rest.getBytes(StandardCharsets.US_ASCII));
          });
    }
  }

  @Test
  void aCommandMayEndBeforeItsInput() throws Exception {
    run(
        Command.of("sh", "-c", "exit 7"),
        "END",
        7,
        stdin -> {
          piece(stdin, "x");
          Thread.sleep(300);
          piece(stdin, "y".repeat(200_000));
          end(stdin);
        });
  }

  @Test
  void environmentAndDirectoryReachTheCommand() throws Exception {
    Command command = Command.of("sh", "-c", "pwd; echo \"$A\"").directory("/");
    String out = run(command.environment("A", "it's\n"), null, 0, stdin -> {});
    assertThat(out).isEqualTo("/\nit's\n\n");
  }

  @Test
  void whatAShellCannotSetIsRefused() {
    Command command = Command.of("true").environment("a.b", "secret");
    assertThatThrownBy(() -> RemoteShell.program(command, RemoteShell.Input.NONE, ""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a.b")
        .hasMessageNotContaining("secret");
  }
}
