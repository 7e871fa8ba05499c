package dev.previews.ssh.host;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.ssh.connection.Shell;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host is like, found out with one command.
 *
 * @param user who is logged in
 * @param root whether that is root
 * @param sudo whether {@code sudo -n} makes root of the user
 * @param packages the package manager; empty when it is none that is known
 * @param docker whether there is a Docker CLI
 * @param dockerd whether there is a Docker Engine
 * @param version the Docker Engine's version, where the user may use no socket; empty when it is
 *     not known
 * @param socket the engine's socket that the user may use; null when there is none
 * @param closed engines' sockets that the user may not use
 * @param directory the base directory, without symlinks
 * @param readOnly what the user may not write to, though the base directory would be in it; empty
 *     when it can be made
 * @param disk the free bytes where the base directory is
 * @param data where the engine keeps its data
 * @param engineDisk the free bytes there
 * @param memory the bytes of memory that are available
 * @param asRoot whether all is to be done as root
 */
record Survey(
    String user,
    boolean root,
    boolean sudo,
    String packages,
    boolean docker,
    boolean dockerd,
    String version,
    @Nullable String socket,
    List<String> closed,
    String directory,
    String readOnly,
    long disk,
    String data,
    long engineDisk,
    long memory,
    boolean asRoot) {
  private static final String SCRIPT = Script.read("survey.sh");
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /**
   * Looks at a host.
   *
   * @param data where its engine keeps its data; empty for where engines usually do
   */
  static Survey of(Shell shell, HostOptions options, String data, Deadline deadline) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    String directory = options.directory();
    String socket = options.socket();
    int code =
        shell.run(
            Command.of(
                    "sh",
                    "-c",
                    SCRIPT,
                    "survey",
                    directory == null ? "" : directory,
                    socket == null ? "" : socket,
                    data)
                .stdout(stdout)
                .stderr(stderr),
            deadline.within(LONGEST));
    if (code != 0) {
      throw new RemoteCommandException(
          shell + " cannot be looked at: sh ended with " + code,
          stderr.toString(StandardCharsets.UTF_8),
          null);
    }
    return parse(stdout.toString(StandardCharsets.UTF_8), options);
  }

  static Survey parse(String text, HostOptions options) {
    Map<String, String> facts = new HashMap<>();
    List<String> programs = new ArrayList<>();
    List<String> closed = new ArrayList<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String key = line.substring(0, equals);
      String value = line.substring(equals + 1);
      switch (key) {
        case "has" -> programs.add(value);
        case "closed" -> closed.add(value);
        default -> facts.putIfAbsent(key, value);
      }
    }
    return new Survey(
        facts.getOrDefault("user", ""),
        facts.getOrDefault("uid", "").equals("0"),
        facts.containsKey("sudo"),
        facts.getOrDefault("packages", ""),
        programs.contains("docker"),
        programs.contains("dockerd"),
        facts.getOrDefault("version", ""),
        facts.get("socket"),
        List.copyOf(closed),
        facts.getOrDefault("directory", "/"),
        facts.getOrDefault("readonly", ""),
        kilobytes(facts, "disk"),
        facts.getOrDefault("data", "/var/lib/docker"),
        kilobytes(facts, "dockerdisk"),
        kilobytes(facts, "memory"),
        options.asRoot());
  }

  private static long kilobytes(Map<String, String> facts, String key) {
    try {
      return 1024 * Long.parseLong(facts.getOrDefault(key, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /**
   * What one more environment would get, if the host shared alike among all: bytes of memory, or a
   * tenth of the disk where that is less.
   */
  long room(int environments) {
    return Math.min(memory, Math.min(disk, engineDisk) / 10) / (environments + 1);
  }

  /**
   * Whether commands are run by way of sudo: root is wanted, or nothing else gets to the engine.
   */
  boolean needsSudo() {
    return sudo && (asRoot || (socket == null && !closed.isEmpty()));
  }

  /** The engine's socket, with sudo where that is needed; null when there is none. */
  @Nullable String engineSocket() {
    return socket != null ? socket : needsSudo() && !closed.isEmpty() ? closed.get(0) : null;
  }

  /** Whether the user may use the engine's socket without sudo, as sshd would. */
  boolean opensSocket() {
    return socket != null;
  }
}
