package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** The Docker CLI, and the local engine behind it. */
final class Docker {
  static final String BUSYBOX = image("PREVIEW_LAB_BUSYBOX_IMAGE", "busybox:local");
  static final String MACHINE = image("PREVIEW_LAB_DOCKER_MACHINE_IMAGE", "machine:local");

  private Docker() {}

  private static String image(String variable, String otherwise) {
    return Objects.requireNonNullElse(System.getenv(variable), otherwise);
  }

  /** Aborts without an engine and its images; fails where they are required. */
  static void require() throws Exception {
    boolean found = call("image", "inspect", BUSYBOX, MACHINE).exitCode() == 0;
    if (!Boolean.parseBoolean(System.getenv("PREVIEW_LAB_REQUIRED"))) {
      Assumptions.assumeTrue(found, "no Docker engine with " + BUSYBOX + " and " + MACHINE);
    }
    assertThat(found).as("Docker engine with " + BUSYBOX + " and " + MACHINE).isTrue();
  }

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
