package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BuildOutputTest {
  private static final List<String> SERVICES = List.of("api", "web", "db");

  @Test
  void namesTheServiceOfTheStepThatFailed() {
    String tail =
        """
        #6 [web 2/2] RUN false
        #6 ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1
        ------
         > [web 2/2] RUN false:
        ------
        failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
        """;
    assertThat(BuildOutput.failed(SERVICES, tail)).containsExactly("web");
  }

  @Test
  void namesTheServiceOfTheTargetThatFailed() {
    String tail = "target db: failed to solve: failed to read dockerfile: no such file";
    assertThat(BuildOutput.failed(SERVICES, tail)).containsExactly("db");
  }

  @Test
  void namesAllWhenTheOutputDoesNotSay() {
    assertThat(BuildOutput.failed(SERVICES, "no space left")).isEqualTo(SERVICES);
    assertThat(BuildOutput.failed(SERVICES, " > [internal] load:")).isEqualTo(SERVICES);
  }
}
