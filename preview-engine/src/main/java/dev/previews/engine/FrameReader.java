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
  private boolean error;
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
    byte[] header = input.readNBytes(FrameHeader.BYTES);
    if (header.length == 0) {
      return false;
    }
    FrameHeader frame = FrameHeader.of(header);
    error = frame.isError();
    left = frame.length();
    return true;
  }

  /** Whether the bytes are of standard error, or the engine's own words. */
  boolean isError() {
    return error;
  }

  byte[] bytes() {
    return buffer;
  }

  int count() {
    return count;
  }
}
