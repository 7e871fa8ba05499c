package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;

/**
 * A body that tells when it was read to its end, and says which request it belongs to when it
 * breaks.
 */
final class ResponseBody extends InputStream {
  private final InputStream input;
  private final Lease lease;

  ResponseBody(InputStream input, Lease lease) {
    this.input = input;
    this.lease = lease;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (lease.finished()) {
      return length == 0 ? 0 : -1;
    }
    int n;
    try {
      n = input.read(bytes, offset, length);
    } catch (IOException e) {
      throw lease.broken(e);
    }
    if (n < 0) {
      lease.finish();
    }
    return n;
  }

  @Override
  public int available() throws IOException {
    return lease.finished() ? 0 : input.available();
  }

  @Override
  public void close() {
    lease.close();
  }
}
