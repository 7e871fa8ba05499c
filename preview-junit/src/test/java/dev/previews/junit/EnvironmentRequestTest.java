package dev.previews.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentRequestTest {
  private static final ComposeFiles FILES = new ComposeFiles(List.of(Path.of("/a/compose.yaml")));

  private static EnvironmentRequest request(String scope, boolean reuse, String variable) {
    return new EnvironmentRequest(
        scope,
        List.of("compose.yaml"),
        "",
        "",
        reuse,
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of("TAG", variable));
  }

  @Test
  void whatIsReusedHasOneIdForOneRequest() {
    EnvironmentId id = request("run", true, "1").environmentId(FILES);
    assertThat(id).isEqualTo(request("run", true, "1").environmentId(FILES));
    assertThat(id.value()).startsWith("junit-run-");
  }

  @Test
  void whatIsReusedHasAnotherIdForAnotherRequest() {
    ComposeFiles otherCheckout = new ComposeFiles(List.of(Path.of("/b/compose.yaml")));
    assertThat(
            List.of(
                request("run", true, "1").environmentId(FILES),
                request("run", true, "2").environmentId(FILES),
                request("a.package", true, "1").environmentId(FILES),
                request("b.package", true, "1").environmentId(FILES),
                request("run", true, "1").environmentId(otherCheckout)))
        .doesNotHaveDuplicates();
  }

  @Test
  void whatIsNotReusedHasAnIdOfItsOwn() {
    EnvironmentRequest request = request("some.VeryLongNameOfATestClassThatWasGiven", false, "1");
    assertThat(request.environmentId(FILES)).isNotEqualTo(request.environmentId(FILES));
  }

  @Test
  void aTimeToLiveIsWrittenAsInCompose() {
    assertThat(TimeToLive.parse("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(TimeToLive.parse("7d1h30m")).isEqualTo(Duration.ofMinutes(7 * 24 * 60 + 90));
    assertThatThrownBy(() -> TimeToLive.parse("soon"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'soon'")
        .hasMessageContaining("1h30m");
  }
}
