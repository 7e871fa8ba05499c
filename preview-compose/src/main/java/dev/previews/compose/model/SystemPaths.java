package dev.previews.compose.model;

import java.nio.file.Path;
import java.util.List;

/** Paths that belong to the system and mean the machine's own: they are not copied. */
final class SystemPaths {
  private static final List<Path> TREES =
      List.of("/var/run", "/run", "/var/log", "/proc", "/sys", "/dev").stream()
          .map(Path::of)
          .toList();
  private static final String DOCKER_SOCKET = "docker.sock";

  private SystemPaths() {}

  static boolean holds(Path absolute) {
    Path path = absolute.normalize();
    Path name = path.getFileName();
    return name == null
        || name.toString().equals(DOCKER_SOCKET)
        || TREES.stream().anyMatch(path::startsWith);
  }
}
