package dev.previews.examples.hello;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** The Docker engine that these tests need. */
final class Engine {
  private Engine() {}

  /** Fails where the lab is required and there is no engine; aborts the test elsewhere. */
  static void require() throws Exception {
    boolean there = Shell.run(Path.of("."), "docker", "version").exitCode() == 0;
    if ("true".equals(System.getenv("PREVIEW_LAB_REQUIRED"))) {
      assertThat(there).as("a Docker engine").isTrue();
    }
    assumeTrue(there, "no Docker engine");
  }

  /** Makes sure that there is an image of this name, from the lab's where it cannot be pulled. */
  static void provide(String image) throws Exception {
    Path here = Path.of(".");
    if (Shell.run(here, "docker", "image", "inspect", image).exitCode() != 0
        && Shell.run(here, "timeout", "10", "docker", "pull", image).exitCode() != 0) {
      assertThat(Shell.run(here, "docker", "tag", "busybox:local", image).exitCode()).isZero();
    }
  }
}
