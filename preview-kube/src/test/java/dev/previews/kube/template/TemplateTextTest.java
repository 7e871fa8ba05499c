package dev.previews.kube.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.environment.Template;
import dev.previews.error.InvalidInputException;
import java.time.Duration;
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
  void onlyTheLinesOfTheNameItselfAreNamed() {
    assertThatThrownBy(
            () -> render("a: {{id}}\nb: {{ids}}\nc: {{i}}\nd: {{#each labels}}{{@key}}{{/each}}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 2: 'ids'")
        .hasMessageContaining("line 3: 'i'")
        .hasMessageNotContaining("line 1")
        .hasMessageNotContaining("line 2: 'i'")
        .hasMessageNotContaining("line 4");
  }

  @Test
  void unknownNamesInBlocksAreNamedToo() {
    String text =
        """
        a: {{#if typo}}x{{/if}}
        b: {{#each lables}}x{{/each}}
        c: {{lookup labels key}}
        d: {{#unless nope}}x{{/unless}}
        e: {{#section}}x{{/section}}
        f: {{#if labels.k}}{{id}}{{/if}}
        """;
    assertThatThrownBy(() -> render(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 1: 'typo'")
        .hasMessageContaining("line 2: 'lables'")
        .hasMessageContaining("line 3: 'key'")
        .hasMessageContaining("line 4: 'nope'")
        .hasMessageContaining("line 5: 'section'")
        .hasMessageNotContaining("line 6");
  }

  @Test
  void namesThatABlockGivesAreKnown() {
    assertThat(
            render(
                "{{#each labels as |value key|}}{{#if value}}{{key}}={{value}}{{/if}}{{/each}}"
                    + "{{#each labels}}{{#if this}}{{lookup ../labels @key}}{{/if}}{{/each}}"
                    + "{{#with labels}}{{#if k}}{{k}}{{/if}}{{/with}}"
                    + "{{#if id}}{{#if ./id}}!{{/if}}{{else}}?{{/if}}"))
        .isEqualTo("k=vvv!");
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
  void partialsThatCallOneAnotherWithoutAWordAreRefused() {
    assertThatThrownBy(
            () ->
                render(
                    "{{#*inline \"a\"}}{{> b}}{{/inline}}{{#*inline \"b\"}}{{> a}}{{/inline}}"
                        + "{{> a}}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'inline' is not offered");
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
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("renders to more than");
  }

  @Test
  void whatOnlyTakesTimeIsStopped() {
    Map<String, String> many =
        IntStream.range(0, 100).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
    String endless = "{{#each labels}}" + "{{#each ../labels}}".repeat(9) + "{{/each}}".repeat(10);
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                TemplateText.render(
                    new Template("endless", endless),
                    Map.of("labels", many),
                    Duration.ofMillis(300)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("endless")
        .hasMessageContaining("not rendered after 300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(it -> it.getName().equals("preview-kube-template endless")));
  }
}
