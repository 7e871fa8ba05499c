package dev.previews.engine;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes through to the peer, and remembers that it failed: then the peer is the cause, not what
 * was written.
 */
final class PeerOutput extends FilterOutputStream {
  private volatile boolean failed;

  PeerOutput(OutputStream peer) {
    super(peer);
  }

  boolean failed() {
    return failed;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
      out.flush();
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  /** Nobody who only writes here closes the peer. */
  @Override
  public void close() throws IOException {
    flush();
  }
}
