package dev.previews.compose.files;

import java.nio.file.Path;
import java.util.List;

/** Paths that belong to the system and mean the machine's own: they are not copied. */
public final class SystemPaths {
  private static final List<Path> TREES =
      List.of("/var/run", "/run", "/var/log", "/proc", "/sys", "/dev").stream()
          .map(Path::of)
          .toList();
  private static final String DOCKER_SOCKET = "docker.sock";

  private SystemPaths() {}

  /** Whether an absolute path is one of them, or below one. */
  public static boolean holds(Path absolute) {
    Path path = absolute.normalize();
    Path name = path.getFileName();
    return name == null
        || name.toString().equals(DOCKER_SOCKET)
        || TREES.stream().anyMatch(path::startsWith);
  }
}
