package dev.previews.compose.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposePluginTest {
  private static final Path DOCKER = Path.of("/usr/bin/docker");

  @TempDir Path home;

  @Test
  void theUsersOwnGoesBeforeTheSystems() throws IOException {
    Path plugin = plugin(home.resolve(".docker"));
    assertThat(ComposePlugin.of(DOCKER, Map.of("HOME", home.toString()))).contains(plugin);

    Path other = plugin(home.resolve("other"));
    Map<String, String> told =
        Map.of("HOME", home.toString(), "DOCKER_CONFIG", home.resolve("other").toString());
    assertThat(ComposePlugin.of(DOCKER, told)).contains(other);
  }

  @Test
  void oneThatCannotBeRunHidesTheSystems() throws IOException {
    Path plugin = plugin(home.resolve(".docker"));
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rw-------"));
    assertThat(ComposePlugin.of(DOCKER, Map.of("HOME", home.toString()))).isEmpty();
  }

  @Test
  void nothingIsSaidOfACliThatMayLookElsewhere() throws IOException {
    Path settings = home.resolve(".docker");
    plugin(settings);
    Path elsewhere = home.resolve("bin/docker");
    assertThat(ComposePlugin.of(elsewhere, Map.of("HOME", home.toString()))).isEmpty();
    assertThat(ComposePlugin.of(DOCKER, Map.of())).isEmpty();

    Files.writeString(settings.resolve("config.json"), "{\"cliPluginsExtraDirs\": [\"/opt\"]}");
    assertThat(ComposePlugin.of(DOCKER, Map.of("HOME", home.toString()))).isEmpty();
  }

  private static Path plugin(Path settings) throws IOException {
    Path directory = Files.createDirectories(settings.resolve("cli-plugins"));
    Path plugin = Files.writeString(directory.resolve("docker-compose"), "#!/bin/sh\n");
    return Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwx------"));
  }
}
