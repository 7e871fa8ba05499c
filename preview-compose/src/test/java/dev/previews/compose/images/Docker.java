package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Docker CLI, and the local engine behind it. */
final class Docker {
  private Docker() {}

  static String run(String... arguments) throws Exception {
    Result result = call(arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output().strip();
  }

  /** Builds on the local engine. */
  static void build(String image, String dockerfile, Path directory) throws Exception {
    Files.writeString(directory.resolve("Dockerfile"), dockerfile);
    run("build", "--quiet", "--builder", "default", "--tag", image, directory.toString());
  }

  static Result call(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("docker"));
    argv.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      return new Result(127, e.getMessage());
    }
  }

  record Result(int exitCode, String output) {}
}
