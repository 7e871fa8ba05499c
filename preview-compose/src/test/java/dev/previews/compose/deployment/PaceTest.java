package dev.previews.compose.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
  @ParameterizedTest
  @CsvSource({"0, 100", "11, 100", "40, 360", "222, 1998", "223, 2000", "60000, 2000"})
  void aLookThatTakesLongIsTakenLessOften(long look, long pause) {
    assertThat(new Pace(Duration.ofMillis(100), 9).after(Duration.ofMillis(look))).hasMillis(pause);
  }
}
