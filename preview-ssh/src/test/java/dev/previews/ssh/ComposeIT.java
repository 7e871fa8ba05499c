package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.Previews;
import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compose runs here and not on the machine: where it is missing or too old, that is said before
 * anything is connected to, and nothing is made.
 */
class ComposeIT {
  @TempDir Path directory;

  private Path programs = Path.of("");

  @BeforeEach
  void makeProject() throws IOException {
    programs = Files.createDirectory(directory.resolve("bin"));
    Files.writeString(
        directory.resolve("compose.yaml"), "services: {web: {image: none, ports: ['80']}}\n");
  }

  @Test
  void composeThatIsMissingIsSaidBeforeConnecting() throws Exception {
    assertThat(upFails())
        .contains("neither docker nor docker-compose is on the PATH")
        .contains("needs Docker Compose 2.20 or newer: install the package docker-compose-plugin");
  }

  @Test
  void composeThatIsTooOldIsSaidBeforeConnecting() throws Exception {
    Path compose = programs.resolve("docker-compose");
    Files.writeString(compose, "#!/bin/sh\necho 2.19.1\n");
    assertThat(compose.toFile().setExecutable(true)).isTrue();
    assertThat(upFails())
        .contains("docker-compose is version 2.19; Previews needs Docker Compose 2.20 or newer");
  }

  /** What an {@code up} says that finds no other programs than these. */
  private String upFails() throws Exception {
    try (ServerSocket machine = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      ProcessBuilder up =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              Up.class.getName(),
              "ssh://root@127.0.0.1:" + machine.getLocalPort(),
              directory.resolve("compose.yaml").toString());
      up.environment().put("PATH", programs.toString());
      Process process = up.redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(output).startsWith("refused: ");
      machine.setSoTimeout(1);
      assertThatThrownBy(() -> machine.accept().close())
          .as("nobody connected")
          .isInstanceOf(SocketTimeoutException.class);
      return output;
    }
  }

  /** An {@code up} in a JVM whose environment is its own. */
  static final class Up {
    private Up() {}

    public static void main(String[] arguments) {
      try {
        Previews.builder().driver(arguments[0]).id("compose").up(Path.of(arguments[1])).close();
      } catch (InvalidInputException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }
}
