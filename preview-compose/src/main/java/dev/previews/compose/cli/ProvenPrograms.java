package dev.previews.compose.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The programs that have told a version that is new enough, for all calls in this JVM: to ask costs
 * as much as a call. A file that was replaced since is asked again. Of {@code docker compose}
 * nothing is kept: its version is that of another file.
 */
final class ProvenPrograms {
  private static final Set<Program> PROVEN = ConcurrentHashMap.newKeySet();

  private record Program(Path file, long size, FileTime modified) {}

  private ProvenPrograms() {}

  static boolean hold(List<String> argv) {
    return program(argv).filter(PROVEN::contains).isPresent();
  }

  static void add(List<String> argv) {
    program(argv).ifPresent(PROVEN::add);
  }

  private static Optional<Program> program(List<String> argv) {
    if (argv.size() != 1) {
      return Optional.empty();
    }
    try {
      Path file = Path.of(argv.get(0)).toRealPath();
      return Optional.of(new Program(file, Files.size(file), Files.getLastModifiedTime(file)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
