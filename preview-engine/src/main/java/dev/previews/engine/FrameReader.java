package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;

/**
 * Takes the frames of an attached stream apart: which of the two outputs, how many bytes, the
 * bytes.
 */
final class FrameReader {
  private static final int MOST = 64 * 1024;

  private final InputStream input;
  private final byte[] buffer = new byte[MOST];
  private int left;
  private int kind;
  private int count;

  FrameReader(InputStream input) {
    this.input = input;
  }

  /**
   * Reads a frame or a part of a long one.
   *
   * @return false at the end
   */
  boolean next() throws IOException {
    while (left == 0) {
      if (!readHeader()) {
        return false;
      }
    }
    count = input.read(buffer, 0, Math.min(left, MOST));
    if (count < 0) {
      throw new HungUpException();
    }
    left -= count;
    return true;
  }

  private boolean readHeader() throws IOException {
    byte[] header = input.readNBytes(8);
    if (header.length == 0) {
      return false;
    }
    if (header.length < 8) {
      throw new HungUpException();
    }
    kind = header[0];
    left =
        (header[4] & 0xff) << 24
            | (header[5] & 0xff) << 16
            | (header[6] & 0xff) << 8
            | (header[7] & 0xff);
    if (kind < 0 || kind > 3 || left < 0) {
      throw new IOException("the attached stream is not in frames");
    }
    return true;
  }

  /** Whether the bytes are of standard error, or the engine's own words. */
  boolean isError() {
    return kind >= 2;
  }

  byte[] bytes() {
    return buffer;
  }

  int count() {
    return count;
  }
}
