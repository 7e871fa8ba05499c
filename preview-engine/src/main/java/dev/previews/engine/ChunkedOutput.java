package dev.previews.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a chunked body; {@link #finish} writes its end. */
final class ChunkedOutput extends OutputStream {
  private static final byte[] LINE_END = {'\r', '\n'};

  private final OutputStream output;

  /** The output should be buffered: a chunk is written in three pieces. */
  ChunkedOutput(OutputStream output) {
    this.output = output;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return;
    }
    output.write(Integer.toHexString(length).getBytes(StandardCharsets.US_ASCII));
    output.write(LINE_END);
    output.write(bytes, offset, length);
    output.write(LINE_END);
  }

  @Override
  public void flush() throws IOException {
    output.flush();
  }

  void finish() throws IOException {
    output.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    output.flush();
  }
}
