package dev.previews.ssh.link;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** For how long nothing has come from the peer. */
final class Silence {
  private volatile long heardAt = System.nanoTime();

  Duration lasted() {
    return Duration.ofNanos(System.nanoTime() - heardAt);
  }

  InputStream broken(InputStream input) {
    return new FilterInputStream(input) {
      @Override
      public int read() throws IOException {
        int value = in.read();
        heardAt = System.nanoTime();
        return value;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        heardAt = System.nanoTime();
        return count;
      }
    };
  }
}
