package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Under which licences the parts of our modules come, as their lists of parts say. */
class LicencesIT {
  /** Those that let our users do what ours lets them do; one of a part's is enough. */
  private static final Set<String> ALLOWED =
      Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "EPL-2.0");

  private static final Map<String, List<String>> LICENCES = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (Published module : Published.all()) {
      JsonNode parts = json.readTree(module.file("-cyclonedx.json").toFile());
      assertThat(parts.path("metadata").path("component").path("name").asText())
          .isEqualTo(module.artifact());
      for (JsonNode part : parts.path("components")) {
        if (!part.path("group").asText().equals("dev.previews")) {
          LICENCES.put(
              part.path("group").asText() + ":" + part.path("name").asText(), licences(part));
        }
      }
    }
  }

  private static List<String> licences(JsonNode part) {
    List<String> licences = new ArrayList<>();
    for (JsonNode each : part.path("licenses")) {
      JsonNode licence = each.path("license");
      licences.add(
          each.has("expression")
              ? each.path("expression").asText()
              : licence.path("id").asText(licence.path("name").asText()));
    }
    return licences;
  }

  @Test
  void everyPartHasOneThatIsAllowed() {
    assertThat(LICENCES).hasSizeGreaterThan(20);
    assertThat(LICENCES)
        .allSatisfy(
            (part, licences) -> assertThat(licences).as(part).containsAnyElementsOf(ALLOWED));
  }

  @Test
  void theyAreListed() throws Exception {
    String table =
        LICENCES.entrySet().stream()
            .map(it -> "| " + it.getKey() + " | " + String.join(", ", it.getValue()) + " |\n")
            .collect(Collectors.joining());
    String page = Files.readString(Command.root().resolve("docs/licences.md"));
    assertThat(page.substring(page.indexOf("|---|---|\n") + "|---|---|\n".length()))
        .as("the table of docs/licences.md")
        .isEqualTo(table);
  }
}
