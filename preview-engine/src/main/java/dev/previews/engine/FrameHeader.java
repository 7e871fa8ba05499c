package dev.previews.engine;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What goes before the bytes of an output where both share a stream, see "Stream format" at
 * https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerAttach.
 *
 * @param isError whether the bytes are of standard error, or the engine's own words
 */
record FrameHeader(boolean isError, int length) {
  static final int BYTES = 8;

  static FrameHeader of(byte[] header) throws IOException {
    if (header.length < BYTES) {
      throw new HungUpException();
    }
    int kind = header[0];
    int length = ByteBuffer.wrap(header).getInt(4);
    if (kind < 0 || kind > 3 || length < 0) {
      throw new IOException("the attached stream is not in frames");
    }
    return new FrameHeader(kind >= 2, length);
  }
}
