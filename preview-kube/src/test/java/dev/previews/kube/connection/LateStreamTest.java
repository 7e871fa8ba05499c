package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LateStreamTest {
  @Test
  void aCarrierThatTakesNoWordTellsItsReaderWhy() {
    boolean[] closed = new boolean[1];
    DuplexStream broken =
        new DuplexStream() {
          @Override
          public InputStream input() {
            return new InputStream() {
              @Override
              public int read() throws IOException {
                return read(new byte[1], 0, 1);
              }

              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("nobody listens there");
              }
            };
          }

          @Override
          public OutputStream output() {
            return new OutputStream() {
              @Override
              public void write(int value) throws IOException {
                throw new IOException("broken");
              }
            };
          }

          @Override
          public void shutdownOutput() {}

          @Override
          public void close() {
            closed[0] = true;
          }
        };
    LateStream stream =
        new LateStream(head -> Optional.of(() -> broken), () -> broken, Duration.ofSeconds(1));
    assertThatThrownBy(() -> stream.output().write('x')).hasMessageContaining("broken");
    assertThatThrownBy(() -> stream.input().read()).hasMessage("nobody listens there");
    stream.close();
    assertThat(closed[0]).isTrue();
  }
}
