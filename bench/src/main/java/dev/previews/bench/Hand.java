package dev.previews.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The same work, done by hand with the ordinary tools. */
final class Hand {
  private Hand() {}

  /** Runs a command and returns its seconds. */
  static double run(String... argv) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", argv) + " failed: " + output);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Seconds of {@code tar | docker exec -i tar} into a volume of a fresh container. */
  static double rawPipe(Path files, String image) throws IOException, InterruptedException {
    run(
        "docker",
        "run",
        "-d",
        "--init",
        "--name",
        "bench-raw",
        "-v",
        "bench-raw:/files",
        image,
        "sleep",
        "100000");
    try {
      return run(
          "sh",
          "-c",
          "tar -c -C \"$1\" . | docker exec -i bench-raw tar -x -C /files",
          "sh",
          files.toString());
    } finally {
      run("docker", "rm", "-f", "bench-raw");
      run("docker", "volume", "rm", "bench-raw");
    }
  }
}
