package dev.previews.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The agent of an environment as it runs there, with the network of this machine. */
final class AgentContainer implements AutoCloseable {
  private static final String NAME = "bench-gateway-agent";

  private final ProcessHandle process;

  /**
   * Starts it.
   *
   * @param key its private key
   * @param hostKey the gateway's public key, as a line of known hosts after the name
   */
  AgentContainer(
      Path directory, String image, Path key, String hostKey, int ssh, int page, int streams)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(directory.resolve("agent"));
    try (InputStream script =
        Objects.requireNonNull(
            dev.previews.tunnel.Gateway.class.getResourceAsStream("agent/agent.sh"))) {
      Files.write(folder.resolve("agent.sh"), script.readAllBytes());
    }
    Files.copy(key, folder.resolve("key"));
    Files.writeString(folder.resolve("known_hosts"), "gateway " + hostKey + "\n");
    Files.writeString(
        folder.resolve("forwards"),
        "/page 127.0.0.1 " + page + "\n/streams 127.0.0.1 " + streams + "\n");
    Files.createFile(folder.resolve("ca.pem"));
    Files.writeString(folder.resolve("version"), version(folder) + "\n");
    close();
    Hand.run(
        "docker",
        "run",
        "-d",
        "--name",
        NAME,
        "--network",
        "host",
        "-v",
        folder + ":/preview-tunnel:ro",
        "-e",
        "GATEWAY_HOST=127.0.0.1",
        "-e",
        "GATEWAY_PORT=" + ssh,
        "-e",
        "GATEWAY_TLS=no",
        "-e",
        "GATEWAY_USER=bench",
        "--entrypoint",
        "sh",
        image,
        "/preview-tunnel/agent.sh");
    process = ProcessHandle.of(pid()).orElseThrow();
  }

  /** By which the agent knows that all files are there, whole. */
  private static String version(Path folder) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String file : List.of("key", "known_hosts", "ca.pem", "forwards")) {
        digest.update(Files.readAllBytes(folder.resolve(file)));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long pid() throws IOException {
    Process inspect = new ProcessBuilder("docker", "inspect", "-f", "{{.State.Pid}}", NAME).start();
    return Long.parseLong(
        new String(inspect.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
  }

  long kilobytes() {
    return Resident.kilobytes(process);
  }

  @Override
  public void close() throws IOException {
    try {
      Hand.run("docker", "rm", "-f", NAME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
