package dev.previews.ssh.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the peer sent on a channel and nobody has read yet; the channel's window bounds it. In place
 * of sshj's own, which ends the whole connection when data comes after it was closed.
 */
final class ChannelInput extends InputStream {
  private final IntConsumer taken;
  private final ArrayDeque<byte[]> parts = new ArrayDeque<>();
  private int offset;
  private boolean ended;
  private boolean discarded;
  private @Nullable String failure;

  /**
   * An input.
   *
   * @param taken told how many bytes were taken from it
   */
  ChannelInput(IntConsumer taken) {
    this.taken = taken;
  }

  /** Takes a part, which nobody changes any more. */
  synchronized void receive(byte[] part) {
    if (!discarded && part.length > 0) {
      parts.add(part);
      notifyAll();
    }
  }

  /** Nothing more comes. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** The connection is lost; what has come before can still be read. */
  synchronized void fail(String why) {
    if (!ended && failure == null) {
      failure = why;
      notifyAll();
    }
  }

  /** Nobody wants it any more; a reader fails at once. */
  synchronized void discard() {
    discarded = true;
    parts.clear();
    notifyAll();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    int count = take(bytes, from, length);
    if (count > 0) {
      taken.accept(count);
    }
    return count;
  }

  private synchronized int take(byte[] bytes, int from, int length) throws IOException {
    while (parts.isEmpty()) {
      if (discarded) {
        throw new IOException("the stream is closed");
      }
      if (ended) {
        return -1;
      }
      if (failure != null) {
        throw new IOException(failure);
      }
      await();
    }
    int count = 0;
    while (count < length && !parts.isEmpty()) {
      byte[] part = parts.element();
      int next = Math.min(length - count, part.length - offset);
      System.arraycopy(part, offset, bytes, from + count, next);
      count += next;
      offset += next;
      if (offset == part.length) {
        parts.remove();
        offset = 0;
      }
    }
    return count;
  }

  @SuppressWarnings("WaitNotInLoop") // its caller loops
  private void await() throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading");
    }
  }
}
