package dev.previews.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.machines.TestCluster;
import dev.previews.machines.TestImages;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CONTRIBUTING.md shows: one test against one driver, in a fresh checkout. */
@Tag("again")
class ContributingIT {
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^mvn .* -pl (\\S+) .*-Dit\\.test=.*$");

  @TempDir Path checkout;

  @Test
  void eachOfItsCommandsRunsOneTestThatPasses() throws Exception {
    TestImages.requireEngine();
    TestCluster.find();
    Checkout.copy(checkout);
    Map<String, String> commands = commands();
    assertThat(commands).containsOnlyKeys("preview-docker", "preview-kube");

    for (var command : commands.entrySet()) {
      Command.of(checkout, "bash", "-ec", command.getValue())
          .environment("MAVEN_OPTS", "-Dmaven.repo.local=" + Command.repository())
          .output();

      assertThat(
              checkout
                  .resolve(command.getKey())
                  .resolve("target/failsafe-reports/failsafe-summary.xml"))
          .as(command.getValue())
          .content()
          .contains(
              "<completed>1</completed>",
              "<errors>0</errors>",
              "<failures>0</failures>",
              "<skipped>0</skipped>");
    }
  }

  /** By the module that they test, as they stand there. */
  static Map<String, String> commands() throws Exception {
    List<String> shown = Page.of("CONTRIBUTING.md").blocks("sh");
    Map<String, String> commands = new LinkedHashMap<>();
    COMMAND
        .matcher(String.join("\n", shown))
        .results()
        .forEach(it -> commands.put(it.group(1), it.group()));
    return commands;
  }
}
