package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A body that tells when it was read to its end, and says which request it belongs to when it
 * breaks. A reader of JSON closes it after the last brace: the little that follows is taken here.
 */
final class ResponseBody extends InputStream {
  private final InputStream input;
  private final Lease lease;
  private final ReentrantLock reading = new ReentrantLock();

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
    reading.lock();
    try {
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
    } finally {
      reading.unlock();
    }
  }

  @Override
  public int available() throws IOException {
    return lease.finished() ? 0 : input.available();
  }

  @Override
  public void close() {
    // Another thread that reads has the rest, or waits for it.
    if (input instanceof DelimitedBody body && reading.tryLock()) {
      try {
        lease.finishAfter(body);
      } finally {
        reading.unlock();
      }
    }
    lease.close();
  }
}
