package dev.previews.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.ExposedService;
import dev.previews.tunnel.agent.PageScript;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceLabelsTest {
  private static ExposedService service(Map<String, String> labels) {
    return ExposedService.of("web", List.of(), labels);
  }

  @Test
  void aServiceSaysItsAccessElseTheTunnelDoes() {
    assertThat(ServiceLabels.access(service(Map.of()), Access.PRIVATE)).isEqualTo(Access.PRIVATE);
    assertThat(ServiceLabels.access(service(Map.of()), Access.PUBLIC)).isEqualTo(Access.PUBLIC);
    assertThat(ServiceLabels.access(service(Map.of("preview.access", "private")), Access.PUBLIC))
        .isEqualTo(Access.PRIVATE);
    assertThat(ServiceLabels.access(service(Map.of("preevy.access", "private")), Access.PUBLIC))
        .isEqualTo(Access.PRIVATE);
    assertThat(
            ServiceLabels.access(
                service(Map.of("preview.access", "public", "preevy.access", "private")),
                Access.PRIVATE))
        .isEqualTo(Access.PUBLIC);
  }

  @Test
  void anAccessThatIsNoneIsRefused() {
    assertThatThrownBy(
            () -> ServiceLabels.access(service(Map.of("preview.access", "secret")), Access.PUBLIC))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("service 'web': its label preview.access is private or public, not 'secret'");
  }

  @Test
  void rawTcpIsSaidByALabel() {
    assertThat(ServiceLabels.isRawTcp(service(Map.of("preview.protocol", "tcp")))).isTrue();
    assertThat(ServiceLabels.isRawTcp(service(Map.of("preview.protocol", "http")))).isFalse();
  }

  @Test
  void scriptsAreReadByName() {
    assertThat(
            ServiceLabels.scripts(
                service(
                    Map.of(
                        "preview.inject_script.b.src", "https://b.test/b.js",
                        "preview.inject_script.b.defer", "true",
                        "preview.inject_script.b.async", "false",
                        "preevy.inject_script.a.src", "https://a.test/a.js",
                        "preevy.inject_script.a.async", "true",
                        "preevy.inject_script.a.path_regex", "^/shop",
                        "preview.inject_script.a.src", "https://a.test/ours.js",
                        "unrelated", "x"))))
        .containsExactly(
            new PageScript("https://a.test/ours.js", true, false, Optional.of("^/shop")),
            new PageScript("https://b.test/b.js", false, true, Optional.empty()));
  }

  @Test
  void wrongScriptsAreRefused() {
    for (Map<String, String> labels :
        List.of(
            Map.of("preview.inject_script.a.async", "true"),
            Map.of("preview.inject_script.a.src", "/a.js", "preview.inject_script.a.kind", "x"),
            Map.of("preview.inject_script.a.src", "/a.js", "preview.inject_script.a.defer", "1"),
            Map.of(
                "preview.inject_script.a.src",
                "/a.js",
                "preview.inject_script.a.path_regex",
                "("))) {
      assertThatThrownBy(() -> ServiceLabels.scripts(service(labels)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("service 'web': its label preview.inject_script.a.");
    }
  }
}
