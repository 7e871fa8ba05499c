package dev.previews.ssh.connection;

import dev.previews.ssh.link.Daemon;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The input of a command as its source sees it: not to be closed, and it knows whose failure it
 * was. What is written while something is on its way becomes one packet, so that many small writes
 * (tar writes 512 bytes at a time) cost little, and a single one is not held up.
 */
final class PeerOutput extends OutputStream {
  private static final int MOST = 128 * 1024;

  private final OutputStream peer;
  private byte[] waiting = new byte[MOST];
  private int count;
  private boolean underWay;
  private boolean ended;
  private @Nullable IOException failure;

  PeerOutput(OutputStream peer, String name) {
    this.peer = peer;
    Daemon.start("preview-ssh-send " + name, this::send);
  }

  private void send() {
    byte[] sending = new byte[MOST];
    try {
      while (true) {
        int length;
        synchronized (this) {
          underWay = false;
          notifyAll();
          while (count == 0 && !ended) {
            wait();
          }
          if (count == 0) {
            return;
          }
          byte[] full = waiting;
          waiting = sending;
          sending = full;
          length = count;
          count = 0;
          underWay = true;
          notifyAll();
        }
        peer.write(sending, 0, length);
      }
    } catch (IOException e) {
      fail(e);
    } catch (InterruptedException e) {
      fail(new InterruptedIOException("interrupted while sending"));
    }
  }

  private synchronized void fail(IOException e) {
    if (failure == null) {
      failure = e;
    }
    underWay = false;
    notifyAll();
  }

  /** Whether it was the peer that failed. */
  synchronized boolean failed() {
    return failure != null;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      while (count == MOST && failure == null) {
        await();
      }
      requireWhole();
      int next = Math.min(MOST - count, length - done);
      System.arraycopy(bytes, offset + done, waiting, count, next);
      count += next;
      done += next;
      notifyAll();
    }
  }

  /** Waits until all was sent. */
  synchronized void finish() throws IOException {
    ended = true;
    notifyAll();
    while ((count > 0 || underWay) && failure == null) {
      await();
    }
    requireWhole();
  }

  /** Sends nothing more. */
  synchronized void abandon() {
    ended = true;
    count = 0;
    notifyAll();
  }

  @SuppressWarnings("WaitNotInLoop") // its callers loop
  private void await() throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while writing");
    }
  }

  private void requireWhole() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
  }
}
