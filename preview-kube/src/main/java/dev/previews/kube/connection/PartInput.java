package dev.previews.kube.connection;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stream of what comes in parts. Its failure stays. */
abstract class PartInput extends InputStream {
  private byte[] part = new byte[0];
  private int position;
  private boolean ended;
  private @Nullable IOException failure;

  /** The next part; null at the end. */
  abstract byte @Nullable [] next() throws IOException;

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    while (position == part.length && !ended) {
      try {
        byte[] more = next();
        ended = more == null;
        part = more == null ? new byte[0] : more;
        position = 0;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
    if (ended) {
      return -1;
    }
    int count = Math.min(length, part.length - position);
    System.arraycopy(part, position, bytes, offset, count);
    position += count;
    return count;
  }
}
