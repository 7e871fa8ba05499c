package dev.previews.compose.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogPositionTest {
  private final LogPosition position = new LogPosition();

  @Test
  void withinOneReadingNothingIsLeftOut() {
    assertThat(position.since()).isZero();
    position.again();
    assertThat(isNew("10.200")).isTrue();
    assertThat(isNew("10.200")).as("the same time").isTrue();
    assertThat(isNew("10.100")).as("an earlier time, of the other output").isTrue();
    assertThat(isNew("9.900")).as("of the second before").isTrue();
    assertThat(position.isNew(Instant.EPOCH)).as("a line whose time cannot be read").isTrue();
  }

  @Test
  void whatComesAgainIsLeftOutOnce() {
    for (String time : new String[] {"9.900", "10.200", "9.950", "10.200", "10.100"}) {
      assertThat(isNew(time)).isTrue();
    }
    for (int reading = 0; reading < 2; reading++) {
      assertThat(position.since()).isEqualTo(10);
      position.again();
      for (String time : new String[] {"10.200", "10.200", "10.100"}) {
        assertThat(isNew(time)).isFalse();
      }
    }
    assertThat(isNew("10.200")).as("one more of that time").isTrue();
    assertThat(isNew("10.300")).isTrue();
    assertThat(isNew("11.000")).isTrue();
    assertThat(position.since()).isEqualTo(11);
    position.again();
    assertThat(isNew("11.000")).isFalse();
    assertThat(isNew("11.000")).isTrue();
  }

  @Test
  void whatWasRotatedAwayHidesNothingNew() {
    assertThat(isNew("10.100")).isTrue();
    assertThat(isNew("10.200")).isTrue();
    position.again();
    assertThat(isNew("10.200")).as("the first one is gone from the log").isFalse();
    assertThat(isNew("10.900")).isTrue();
    assertThat(isNew("12.000")).isTrue();
  }

  private boolean isNew(String second) {
    return position.isNew(Instant.ofEpochMilli(Math.round(Double.parseDouble(second) * 1000)));
  }
}
