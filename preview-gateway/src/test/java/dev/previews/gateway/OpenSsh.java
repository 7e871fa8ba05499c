package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real OpenSSH client, with a key of its own. */
final class OpenSsh {
  private final Path folder;
  private final Path key;
  private final int port;

  private OpenSsh(Path folder, Path key, int port) {
    this.folder = folder;
    this.key = key;
    this.port = port;
  }

  static OpenSsh withNewKey(Path folder, int port) throws Exception {
    return withNewKey(folder, port, "ed25519", 256);
  }

  static OpenSsh withNewKey(Path folder, int port, String type, int bits) throws Exception {
    Path key = Files.createTempDirectory(folder, "key").resolve("id");
    Process made =
        new ProcessBuilder(
                "ssh-keygen",
                "-q",
                "-t",
                type,
                "-b",
                String.valueOf(bits),
                "-N",
                "",
                "-f",
                key.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    return new OpenSsh(folder, key, port);
  }

  /** The same client at another gateway. */
  OpenSsh at(int otherPort) {
    return new OpenSsh(folder, key, otherPort);
  }

  /** The public key's second word, decoded. */
  byte[] publicKey() throws IOException {
    return java.util.Base64.getDecoder()
        .decode(Files.readString(Path.of(key + ".pub")).split(" ")[1]);
  }

  String privateKey() throws IOException {
    return Files.readString(key);
  }

  Running start(String... arguments) throws IOException {
    List<String> argv =
        new ArrayList<>(
            List.of(
                "ssh",
                "-F",
                "none",
                "-i",
                key.toString(),
                "-p",
                String.valueOf(port),
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "ExitOnForwardFailure=yes",
                "-o",
                "ConnectTimeout=10",
                "-o",
                "LogLevel=VERBOSE",
                "-l",
                "demo"));
    argv.addAll(List.of(arguments));
    argv.add(Math.max(1, argv.size() - commandWords(arguments)), "127.0.0.1");
    Path out = Files.createTempFile(folder, "ssh", ".out");
    Path err = Files.createTempFile(folder, "ssh", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("DISPLAY", "127.0.0.1:99"); // asked for by -X alone
    return new Running(builder.start(), out, err);
  }

  /** One that is started again whenever it ends, until it is killed with its children. */
  Process startForEver(String forward) throws IOException {
    return new ProcessBuilder(
            "sh",
            "-c",
            "while :; do ssh -F none -N -T -i \"$1\" -p \"$2\" -o IdentitiesOnly=yes -o"
                + " BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o"
                + " ExitOnForwardFailure=yes -o ConnectTimeout=10 -l demo -R \"$3\" 127.0.0.1;"
                + " sleep 0.5; done",
            "sh",
            key.toString(),
            String.valueOf(port),
            forward)
        .redirectErrorStream(true)
        .redirectOutput(Files.createTempFile(folder, "ssh", ".log").toFile())
        .start();
  }

  /** Words of the remote command: those after a lone {@code --}. */
  private static int commandWords(String... arguments) {
    int at = List.of(arguments).indexOf("--");
    return at < 0 ? 0 : arguments.length - at;
  }

  /** A running client; closing it ends it at once. */
  record Running(Process process, Path out, Path err) implements AutoCloseable {
    String stdout() {
      return read(out);
    }

    String stderr() {
      return read(err);
    }

    private static String read(Path file) {
      try {
        return Files.readString(file, StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    /** Waits for a line of output. */
    String awaitStdout(String part) {
      await()
          .atMost(Duration.ofSeconds(15))
          .failFast("ssh ended", () -> !process.isAlive() && !stdout().contains(part))
          .until(() -> stdout().contains(part));
      return stdout();
    }

    int awaitExit() throws InterruptedException {
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as(stderr()).isTrue();
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        process.waitFor(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
