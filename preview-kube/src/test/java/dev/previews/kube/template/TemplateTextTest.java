package dev.previews.kube.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTextTest {
  private static String render(String text) {
    return TemplateText.render(
        new Template("t.yaml", text), Map.of("id", "a&'b", "labels", Map.of("k", "v")));
  }

  @Test
  void valuesStandAsTheyAre() {
    assertThat(render("x: {{ id }} {{#each labels}}{{@key}}={{this}}{{/each}} \\{{.Names}}"))
        .isEqualTo("x: a&'b k=v {{.Names}}");
  }

  @Test
  void everyUnknownVariableIsNamedWithItsLine() {
    assertThatThrownBy(() -> render("a: {{id}}\nb: {{nope}}\nc: {{other}}\nd: {{nope}}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 2: 'nope'")
        .hasMessageContaining("line 3: 'other'")
        .hasMessageContaining("line 4: 'nope'")
        .hasMessageContaining("t.yaml");
  }

  @Test
  void aSyntaxErrorHasItsLine() {
    assertThatThrownBy(() -> render("a: 1\nb: {{#if}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{id.class}}",
        "{{id.bytes}}",
        "{{> /etc/passwd}}",
        "{{embedded 'x'}}",
        "{{include 'x'}}",
        "{{precompile 'x'}}",
        "{{#block 'x'}}{{/block}}"
      })
  void nothingOutsideIsReached(String text) {
    assertThatThrownBy(() -> render(text)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void whatNeverEndsIsEnded() {
    assertThatThrownBy(() -> render("{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}"))
        .isInstanceOf(InvalidInputException.class);
    Map<String, String> many =
        IntStream.range(0, 100).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
    String nested = "{{#each labels}}".repeat(1) + "{{#each ../labels}}".repeat(5);
    assertThatThrownBy(
            () ->
                TemplateText.render(
                    new Template("t", nested + "x".repeat(1000) + "{{/each}}".repeat(6)),
                    Map.of("labels", many)))
        .isInstanceOf(InvalidInputException.class);
  }
}
