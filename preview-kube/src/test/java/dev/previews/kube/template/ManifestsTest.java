package dev.previews.kube.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  @Test
  void whatDoesNotParseIsNamedWithItsLine() {
    assertThatThrownBy(() -> Manifests.parse("t.yaml", "kind: A\nspec:\n  a: [1\n  b: 2\n"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("t.yaml")
        .hasMessageContaining("line 4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"kind: A\nspec: &a [*a]\n", "&a\nkind: A\nspec: *a\n", "- &a [*a]\n"})
  void anAliasThatHoldsItselfIsRefused(String yaml) {
    assertThatThrownBy(() -> Manifests.parse("t.yaml", yaml))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("t.yaml");
  }

  @Test
  void aliasesThatMakeLittleEndlessAreRefused() {
    String levels =
        IntStream.range(1, 10)
            .mapToObj(
                i ->
                    "l%d: &l%d [%s]\n"
                        .formatted(
                            i,
                            i,
                            IntStream.range(0, 5)
                                .mapToObj(j -> "*l" + (i - 1))
                                .collect(Collectors.joining(", "))))
            .collect(Collectors.joining());
    assertThatThrownBy(
            () -> Manifests.parse("t.yaml", "kind: A\nl0: &l0 [x, x, x, x, x]\n" + levels))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("alias");
  }

  @Test
  void anAliasBecomesACopy() {
    assertThat(Manifests.parse("t.yaml", "a: &a {b: c}\nd: *a\n").get(0).text("d", "b"))
        .isEqualTo("c");
  }
}
