package dev.previews.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ContainerMessagesTest {
  private static final String LONG = "a word ".repeat(2000) + "\n";

  @Test
  void messagesComeWholeHoweverTheyArrive() throws IOException {
    byte[] log = join(framed(1, "one\n"), framed(2, LONG), framed(1, ""), framed(1, "part"));
    for (int most : new int[] {1, 7, 1000, 1 << 20}) {
      try (ContainerMessages messages = arriving(log, most)) {
        assertThat(messages.next()).asString(US_ASCII).isEqualTo("one\n");
        assertThat(messages.isError()).isFalse();
        assertThat(messages.next()).asString(US_ASCII).isEqualTo(LONG);
        assertThat(messages.isError()).isTrue();
        assertThat(messages.next()).asString(US_ASCII).isEqualTo("part");
        assertThat(messages.isError()).isFalse();
        assertThat(messages.isTerminal()).isFalse();
        assertThat(messages.next()).isEmpty();
      }
    }
  }

  @Test
  void aTerminalsBytesComeAsTheyArrive() throws IOException {
    try (ContainerMessages messages = arriving("2026-11-27T".getBytes(US_ASCII), 8)) {
      assertThat(messages.next()).asString(US_ASCII).startsWith("2");
      assertThat(messages.isTerminal()).isTrue();
    }
  }

  @Test
  void aLogThatBreaksOffWithinAMessageIsNoWholeOne() throws IOException {
    byte[] log = framed(1, "one\n");
    for (int length : new int[] {3, 8, log.length - 1}) {
      try (ContainerMessages messages = arriving(Arrays.copyOf(log, length), 100)) {
        assertThatThrownBy(messages::next).isInstanceOf(HungUpException.class);
      }
    }
    try (ContainerMessages messages = arriving(new byte[] {1, 0, 0, 0, 127, 0, 0, 0}, 100)) {
      assertThatThrownBy(messages::next).hasMessageContaining("has 2130706432 bytes");
    }
  }

  private static byte[] framed(int output, String text) {
    byte[] header = {
      (byte) output, 0, 0, 0, 0, 0, (byte) (text.length() >> 8), (byte) text.length()
    };
    return join(header, text.getBytes(US_ASCII));
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[0];
    for (byte[] part : parts) {
      int end = all.length;
      all = Arrays.copyOf(all, end + part.length);
      System.arraycopy(part, 0, all, end, part.length);
    }
    return all;
  }

  private static ContainerMessages arriving(byte[] log, int most) {
    return new ContainerMessages(
        new FilterInputStream(new ByteArrayInputStream(log)) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return super.read(bytes, offset, Math.min(length, most));
          }
        },
        () -> {});
  }
}
