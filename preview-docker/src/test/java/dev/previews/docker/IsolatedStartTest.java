package dev.previews.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With which options the engine of a machine starts. */
class IsolatedStartTest {
  private static final String NETWORKS = "--default-network-opt";

  @TempDir Path directory;

  /** What is run, by an engine whose help says this. */
  private String started(String help, String... options) throws IOException, InterruptedException {
    Path engine =
        Files.writeString(
            directory.resolve("dockerd"),
            """
            #!/bin/sh
            if [ "$*" = --help ]; then echo '%s'; else echo "$@"; fi
            """
                .formatted(help));
    assertThat(engine.toFile().setExecutable(true)).isTrue();
    String script =
        IsolatedMachines.START
            .replaceAll("(?m)^rm -f .*$", "") // these are not this machine's to lose
            .replace("/sys/fs/cgroup", directory.resolve("none").toString());
    assertThat(script).doesNotContain("rm -f", "/sys/");
    List<String> argv = new ArrayList<>(List.of("sh", "-c", script, "machine", "dockerd"));
    argv.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
    builder.environment().put("PATH", directory + ":/usr/bin:/bin");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  /** An engine's {@code --mtu} is of its default bridge alone. */
  @Test
  void composesNetworksTakeNoMoreThanTheOuterOne() throws Exception {
    assertThat(started(NETWORKS, "--host=unix:///a", "--mtu=1372", "--debug"))
        .isEqualTo(
            "--host=unix:///a --mtu=1372 --debug"
                + " --default-network-opt=bridge=com.docker.network.driver.mtu=1372");
  }

  @Test
  void anEngineThatDoesNotKnowTheOptionStartsWithoutIt() throws Exception {
    assertThat(started("--mtu int", "--mtu=1372")).isEqualTo("--mtu=1372");
  }

  @Test
  void theUsualSizeNeedsNoOption() throws Exception {
    assertThat(started(NETWORKS, "--host=unix:///a")).isEqualTo("--host=unix:///a");
  }
}
