package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/** A chunked body; ends after the last chunk and its trailers. */
final class ChunkedInput extends DelimitedBody {
  private static final int LONGEST_LINE = 8 * 1024;
  private static final Pattern SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");

  private final InputStream input;
  private long left;
  private boolean first = true;
  private boolean ended;

  ChunkedInput(InputStream input) {
    this.input = input;
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
    if (left == 0 && !ended) {
      nextChunk();
    }
    if (ended) {
      return -1;
    }
    int n = input.read(bytes, offset, (int) Math.min(length, left));
    if (n < 0) {
      throw new HungUpException();
    }
    left -= n;
    return n;
  }

  private void nextChunk() throws IOException {
    HttpHead.Lines lines = new HttpHead.Lines(input, LONGEST_LINE);
    if (!first && !lines.next().isEmpty()) {
      throw new IOException("a chunk of the answer is longer than it says");
    }
    first = false;
    String size = lines.next().replaceFirst(";.*", "").strip();
    if (!SIZE.matcher(size).matches()) {
      throw new IOException("a chunk of the answer has no size");
    }
    left = Long.parseLong(size, 16);
    if (left == 0) {
      while (!lines.next().isEmpty()) {
        // Trailers say nothing to us.
      }
      ended = true;
    }
  }

  @Override
  boolean takeRest() throws IOException {
    if (first || left > SMALL) {
      return false;
    }
    skipNBytes(left);
    if (!ended) {
      nextChunk();
    }
    return ended;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(left, input.available());
  }
}
