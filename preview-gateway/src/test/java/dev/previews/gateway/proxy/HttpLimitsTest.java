package dev.previews.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpLimitsTest {
  private static final long START = Long.MAX_VALUE - 5; // it wraps around, as nanoTime may

  private static int admitted(HttpLimits limits, String client, long now) {
    int count = 0;
    while (count < 1000 && limits.admitRequest(client, now)) {
      count++;
    }
    return count;
  }

  @Test
  void aSecondsWorthOfRequestsMayComeAtOnceAndThenAtThatPace() {
    HttpLimits limits = new HttpLimits(10, 10, 50);
    assertThat(admitted(limits, "a", START)).isEqualTo(50);
    assertThat(admitted(limits, "b", START)).as("another client").isEqualTo(50);
    assertThat(admitted(limits, "a", START + TimeUnit.MILLISECONDS.toNanos(100))).isEqualTo(5);
    assertThat(admitted(limits, "a", START + TimeUnit.HOURS.toNanos(1))).isEqualTo(50);
  }

  @Test
  void noLimitIsNone() {
    assertThat(admitted(new HttpLimits(10, 10, 0), "a", START)).isEqualTo(1000);
  }

  @Test
  void connectionsAreCountedInAllAndForEachAddress() throws Exception {
    InetAddress one = InetAddress.getByName("192.0.2.1");
    InetAddress other = InetAddress.getByName("192.0.2.2");
    HttpLimits limits = new HttpLimits(3, 2, 0);
    assertThat(limits.admit(one)).isTrue();
    assertThat(limits.admit(one)).isTrue();
    assertThat(limits.admit(one)).as("its third").isFalse();
    assertThat(limits.admit(other)).isTrue();
    assertThat(limits.admit(other)).as("the fourth").isFalse();
    limits.closed(one);
    assertThat(limits.admit(other)).isTrue();
  }
}
