package dev.previews.examples.hello;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs a command in a directory and keeps what it printed. */
record Shell(int exitCode, String output) {
  static Shell run(Path directory, String... argv) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", argv) + " did not end:\n" + output);
    }
    return new Shell(process.exitValue(), output);
  }

  /** The root of the project: where README.md is. */
  static Path root() {
    return Path.of("").toAbsolutePath().getParent().getParent();
  }
}
