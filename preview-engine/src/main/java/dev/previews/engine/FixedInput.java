package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;

/** A body of a length that is known. */
final class FixedInput extends DelimitedBody {
  private final InputStream input;
  private long left;

  FixedInput(InputStream input, long length) {
    this.input = input;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      return -1;
    }
    int n = input.read(bytes, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new HungUpException();
    }
    left -= n;
    return n;
  }

  @Override
  boolean takeRest() throws IOException {
    if (left > SMALL) {
      return false;
    }
    skipNBytes(left);
    return true;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(left, input.available());
  }
}
