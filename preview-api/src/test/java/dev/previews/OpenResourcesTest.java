package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenResourcesTest {
  private final List<String> closed = new ArrayList<>();
  private final OpenResources opened = new OpenResources();

  @Test
  void closesInReverseAndOnce() {
    opened.add(() -> closed.add("first"));
    opened.add(() -> closed.add("second"));
    opened.close();
    opened.close();
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void closesTheRestWhenOneFailsAndSuppressesLaterFailures() {
    opened.add(() -> closed.add("first"));
    opened.add(
        () -> {
          throw new IllegalStateException("later");
        });
    opened.add(
        () -> {
          throw new IllegalStateException("sooner");
        });
    assertThatThrownBy(opened::close)
        .hasMessage("sooner")
        .satisfies(
            failure -> assertThat(failure.getSuppressed()).extracting("message").contains("later"));
    assertThat(closed).containsExactly("first");
  }

  @Test
  void afterAFailureTheFailureStays() {
    opened.add(
        () -> {
          throw new IllegalStateException("on close");
        });
    RuntimeException failure = new RuntimeException("the real one");
    opened.closeAfter(failure);
    assertThat(failure.getSuppressed()).hasSize(1);
  }
}
