package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChannelSocketTest {
  @Test
  void silenceIsNoEnd() {
    ChannelSocket socket = new ChannelSocket("the command", Duration.ofMinutes(1));
    assertThatThrownBy(() -> socket.take(Duration.ofMillis(20)))
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessageContaining("the command");
  }
}
