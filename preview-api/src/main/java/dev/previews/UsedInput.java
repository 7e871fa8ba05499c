package dev.previews;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Input of which every byte is a use. */
final class UsedInput extends FilterInputStream {
  private final LastUse use;

  UsedInput(InputStream input, LastUse use) {
    super(input);
    this.use = use;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0) {
      use.note();
    }
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      use.note();
    }
    return count;
  }
}
