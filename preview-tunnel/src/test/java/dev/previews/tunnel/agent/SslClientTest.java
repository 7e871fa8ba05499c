package dev.previews.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent's script asks Alpine's {@code ssl_client} for: a program that prints that. */
class SslClientTest {
  @TempDir Path folder;

  @BeforeEach
  void writePrograms() throws IOException {
    try (InputStream in = Agent.class.getResourceAsStream("agent.sh")) {
      Files.copy(Objects.requireNonNull(in), folder.resolve("agent.sh"));
    }
    Path program = Files.writeString(folder.resolve("ssl_client"), "#!/bin/sh\necho \"$@\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private String asked(String host) throws Exception {
    ProcessBuilder script =
        new ProcessBuilder("sh", "-c", "exec 3<&0 4>&1; exec sh agent.sh ssl_client")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    script
        .environment()
        .putAll(
            Map.of(
                "PATH",
                folder + ":" + System.getenv("PATH"),
                "GATEWAY_HOST",
                host,
                "GATEWAY_PORT",
                "443",
                "GATEWAY_DOMAIN",
                "tunnels.test"));
    Process process = script.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }

  @Test
  void theDomainSaysThatSshIsMeant() throws Exception {
    assertThat(asked("10.0.0.1")).isEqualTo("-s 5 -n tunnels.test");
    assertThat(asked("ssh.example.com")).isEqualTo("-s 5 -n tunnels.test");
  }
}
