package dev.previews.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentIdTest {
  @Test
  void isProjectAndBranchWhereThatIsValid() {
    assertThat(EnvironmentId.derive("shop", "main")).hasToString("shop-main");
    assertThat(EnvironmentId.derive("shop", "fix-42")).hasToString("shop-fix-42");
  }

  @Test
  void differentInputsNeverBecomeTheSameId() {
    String longBranch = "feature/a-very-long-branch-name-that-goes-on-and-on";
    List<List<String>> inputs =
        List.of(
            List.of("shop", "feature/x"),
            List.of("shop", "feature-x"),
            List.of("shop", "feature_x"),
            List.of("shop", "Feature-x"),
            List.of("shop-feature", "x"),
            List.of("SHOP", "feature-x"),
            List.of("shop", longBranch + "1"),
            List.of("shop", longBranch + "2"),
            List.of("shop", "feature-x-"),
            List.of("1shop", "feature-x"),
            List.of("日本", "語"),
            List.of("日本", "誤"));
    Set<String> ids = new HashSet<>();
    for (List<String> input : inputs) {
      assertThat(ids.add(EnvironmentId.derive(input.get(0), input.get(1)).value()))
          .as("%s", input)
          .isTrue();
    }
  }

  @Test
  void aBranchThatLooksLikeADigestCannotTakeAnotherOnesId() {
    EnvironmentId made = EnvironmentId.derive("shop", "feature/x");
    EnvironmentId imitation =
        EnvironmentId.derive("shop", made.value().substring("shop-".length()));
    assertThat(imitation).isNotEqualTo(made);
  }

  @Test
  void derivingAgainGivesTheSame() {
    assertThat(EnvironmentId.derive("my-app", "feature/x"))
        .isEqualTo(EnvironmentId.derive("my-app", "feature/x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-a",
        "a-",
        "1a",
        "A",
        "a_b",
        "a.b",
        "a b",
        "a\nb",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void refusesWhatIsNotSafeEverywhere(String value) {
    assertThatThrownBy(() -> EnvironmentId.of(value))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("use 1 to 40 characters");
  }

  @Test
  void aBlankBranchIsRefused() {
    assertThatThrownBy(() -> EnvironmentId.derive("shop", " "))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("give an id");
  }
}
