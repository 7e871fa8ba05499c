package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.error.MissingProviderException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectSettingsTest {
  @TempDir Path directory;

  @Test
  void fillsWhatTheProgramLeftOpen() throws Exception {
    Files.writeString(directory.resolve("t.yaml"), "kind: Pod");
    Settings settings =
        complete(
            new Settings(),
            Map.of(
                "id", "from-file",
                "deadline", "1m30s",
                "template", "t.yaml",
                "template-values", Map.of("size", 3)));
    assertThat(settings.id).isEqualTo(EnvironmentId.of("from-file"));
    assertThat(settings.deadline).isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.template).extracting("text").isEqualTo("kind: Pod");
    assertThat(settings.templateValues).containsEntry("size", "3");
  }

  @Test
  void whatTheProgramSaysWins() {
    Settings given = new Settings();
    given.id = EnvironmentId.of("from-program");
    given.templateValues.put("size", "1");
    Settings settings =
        complete(given, Map.of("id", "from-file", "template-values", Map.of("size", 3)));
    assertThat(settings.id).hasToString("from-program");
    assertThat(settings.templateValues).containsEntry("size", "1");
  }

  @Test
  void refusesUnknownKeysAndWrongValues() {
    refuses(Map.of("drvier", "docker"), "unknown key 'drvier'");
    refuses(Map.of("id", "No Good"), "not a valid environment id");
    refuses(Map.of("deadline", "soon"), "not a duration");
    refuses(Map.of("deadline", "0s"), "must be positive");
    refuses(Map.of("template", "absent.yaml"), "cannot be read");
    refuses(Map.of("driver", List.of("docker")), "must be a text");
  }

  @Test
  void aDriverThatIsNotOnTheClassPathIsNamedByItsArtifact() {
    assertThatThrownBy(() -> complete(new Settings(), Map.of("driver", "kube://previews")))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("add dev.previews:preview-kube");
  }

  private void refuses(Map<String, Object> section, String message) {
    assertThatThrownBy(() -> complete(new Settings(), section))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  private Settings complete(Settings given, Map<String, Object> section) {
    return ProjectSettings.complete(given, section, directory);
  }
}
