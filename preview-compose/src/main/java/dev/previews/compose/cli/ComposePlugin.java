package dev.previews.compose.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The program behind {@code docker compose}. Called by itself it does the same, and each call saves
 * the start of the Docker CLI and of a second plug-in that only tells what it is: half of the time.
 *
 * <p>The directories and their order are those of the Docker CLI, see "Location on disk" in
 * https://docs.docker.com/engine/extend/cli_plugins/. Of a Docker CLI that was installed elsewhere,
 * or is told of further directories, nothing is known here.
 */
final class ComposePlugin {
  private static final Path KNOWN = Path.of("/usr");
  private static final List<Path> DIRECTORIES =
      List.of(
          Path.of("/usr/local/lib/docker/cli-plugins"),
          Path.of("/usr/local/libexec/docker/cli-plugins"),
          Path.of("/usr/lib/docker/cli-plugins"),
          Path.of("/usr/libexec/docker/cli-plugins"));

  private ComposePlugin() {}

  /** The file that this Docker CLI would run; nothing where that is not certain. */
  static Optional<Path> of(Path docker, Map<String, String> environment) {
    Optional<Path> settings = settings(environment);
    if (!docker.startsWith(KNOWN) || settings.isEmpty() || namesMore(settings.get())) {
      return Optional.empty();
    }
    return Stream.concat(Stream.of(settings.get().resolve("cli-plugins")), DIRECTORIES.stream())
        .map(directory -> directory.resolve("docker-compose"))
        .filter(Files::exists)
        .findFirst()
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file));
  }

  private static Optional<Path> settings(Map<String, String> environment) {
    String own = environment.getOrDefault("DOCKER_CONFIG", "");
    String home = environment.getOrDefault("HOME", "");
    return !own.isEmpty()
        ? Optional.of(Path.of(own))
        : home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home, ".docker"));
  }

  private static boolean namesMore(Path settings) {
    Path file = settings.resolve("config.json");
    try {
      return Files.exists(file)
          && Files.readString(file, StandardCharsets.UTF_8).contains("cliPluginsExtraDirs");
    } catch (IOException e) {
      return true;
    }
  }
}
