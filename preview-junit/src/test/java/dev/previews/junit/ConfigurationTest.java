package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of the places that may name a driver wins; each names one that nobody has. */
class ConfigurationTest {
  @TempDir Path resources;
  private TestRun run;

  @BeforeEach
  void nameOneInTheFile() throws Exception {
    Files.writeString(
        resources.resolve("junit-platform.properties"), "preview.driver = file://here\n");
    run = TestRun.onNewestJUnit().classPath(resources);
  }

  @Test
  void theFileIsTheLastOne() throws Exception {
    assertThat(run.of(Samples.Anywhere.class)).contains("no driver 'file' on the class path");
  }

  @Test
  void theEnvironmentWinsOverTheFile() throws Exception {
    assertThat(
            run.environment(Map.of("PREVIEW_DRIVER", "variable://here")).of(Samples.Anywhere.class))
        .contains("no driver 'variable' on the class path");
  }

  @Test
  void aSystemPropertyWinsOverTheEnvironment() throws Exception {
    run.environment(Map.of("PREVIEW_DRIVER", "variable://here"))
        .systemProperty("preview.driver", "property://here");
    assertThat(run.of(Samples.Anywhere.class)).contains("no driver 'property' on the class path");
  }

  @Test
  void theAnnotationWinsOverAll() throws Exception {
    run.environment(Map.of("PREVIEW_DRIVER", "variable://here"))
        .systemProperty("preview.driver", "property://here");
    assertThat(run.of(Samples.Somewhere.class))
        .contains("no driver 'annotation' on the class path");
  }
}
