package dev.previews.compose.files;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the last bytes of what is written to it. Thread-safe. */
final class Tail extends OutputStream {
  private static final int KEPT = 4096;

  private final byte[] bytes = new byte[KEPT];
  private long written;

  @Override
  public synchronized void write(int value) {
    bytes[(int) (written % KEPT)] = (byte) value;
    written++;
  }

  @Override
  public synchronized void write(byte[] source, int offset, int length) {
    for (int i = 0; i < length; i++) {
      write(source[offset + i]);
    }
  }

  synchronized String text() {
    int count = (int) Math.min(written, KEPT);
    byte[] kept = new byte[count];
    for (int i = 0; i < count; i++) {
      kept[i] = bytes[(int) ((written - count + i) % KEPT)];
    }
    return new String(kept, StandardCharsets.UTF_8);
  }
}
