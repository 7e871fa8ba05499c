package dev.previews.gateway.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.common.PropertyResolverUtils;
import org.apache.sshd.common.channel.LocalWindow;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstWindowTest {
  private static final long ALL = 1 << 20;
  private static final long PART = 4096;

  private final Channel channel = new Channel();
  private final LocalWindow window = channel.getLocalWindow();
  private final FirstWindow first = new FirstWindow(window);

  /** Remembers by how much its window was widened. */
  private static final class Channel extends AbstractClientChannel {
    final List<Long> adjusted = new ArrayList<>();

    Channel() {
      super("test");
    }

    @Override
    protected void sendWindowAdjust(long bytes) {
      adjusted.add(bytes);
    }

    @Override
    protected void doOpen() {}

    @Override
    protected void doWriteData(byte[] data, int offset, long length) {}

    @Override
    protected void doWriteExtendedData(byte[] data, int offset, long length) {}
  }

  @BeforeEach
  void init() {
    window.init(
        PropertyResolverUtils.toPropertyResolver(
            Map.of(CoreModuleProperties.WINDOW_SIZE.getName(), ALL)));
  }

  @Test
  void aClientMaySendThePartAndNoMore() throws IOException {
    first.begin(PART);
    assertThat(window.getSize()).isEqualTo(PART);
    window.consume(PART);
    assertThatThrownBy(() -> window.consume(1)).isInstanceOf(StreamCorruptedException.class);
  }

  @Test
  void itGetsAllOnceMoreThanHalfWasUsed() throws IOException {
    first.begin(PART);
    window.consume(PART);
    first.used(PART / 2);
    assertThat(channel.adjusted).isEmpty();
    first.used(1);
    assertThat(channel.adjusted).containsExactly(ALL - PART / 2 + 1);
    first.used(PART / 2 - 1);
    assertThat(channel.adjusted).hasSize(1);
    window.consume(window.getSize());
    assertThatThrownBy(() -> window.consume(1)).isInstanceOf(StreamCorruptedException.class);
  }

  @Test
  void whatIsReceivedAndNotUsedWidensNothing() throws IOException {
    first.begin(PART);
    window.consume(PART);
    first.used(10);
    assertThat(window.getSize()).isZero();
    assertThat(channel.adjusted).isEmpty();
  }
}
