package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewException;
import dev.previews.spi.Context;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a guard refuses; what it does is shown with a driver. */
class GuardTest {
  private static final EnvironmentId ID = EnvironmentId.of("guarded");

  private final Settings settings = new Settings();

  @Test
  void aDriverWithoutAnAddressIsRefused() {
    settings.driver =
        context -> {
          throw new AssertionError("opened");
        };
    assertThatThrownBy(() -> Guard.start(settings, ID, Context.within(Duration.ofMinutes(1))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("guarded() needs the driver by its address");
  }

  @Test
  void whatItsProcessDoesNotUnderstandIsToldBeforeAnythingIsMade() {
    // There is no driver on this module's class path.
    assertThatThrownBy(() -> Guard.start(settings, ID, Context.within(Duration.ofMinutes(1))))
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("did not get ready")
        .hasMessageContaining("preview-docker");
    assertThat(ProcessHandle.current().descendants().map(ProcessHandle::onExit))
        .allSatisfy(end -> assertThat(end).succeedsWithin(Duration.ofSeconds(10)));
  }
}
