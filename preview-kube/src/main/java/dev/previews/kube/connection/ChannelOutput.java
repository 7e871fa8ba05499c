package dev.previews.kube.connection;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes to channel 0 of a socket, its only sender. One message is under way at a time; what is
 * written meanwhile becomes the next one, so that a fast writer sends few large messages and a slow
 * one is not held up. Blocks while the peer does not read.
 */
final class ChannelOutput extends OutputStream {
  /**
   * A message costs a process at the far end. Buffers grow to this only where a writer is faster
   * than the network, as a copy of files is.
   */
  private static final int MOST = 1024 * 1024;

  private static final int FIRST = 8 * 1024;

  /** The channel that says in newer protocols which one has ended. */
  private static final byte CLOSE = (byte) 255;

  private final ChannelSocket socket;
  private byte[] waiting = new byte[FIRST];
  private int count;
  private boolean underWay;
  private boolean framed;
  private boolean finished;
  private @Nullable IOException failure;

  ChannelOutput(ChannelSocket socket) {
    this.socket = socket;
    socket.over().whenComplete((done, error) -> wake());
  }

  private synchronized void wake() {
    notifyAll();
  }

  /** From here on the peer gets the length of each message as a line before it. */
  synchronized void frame() throws IOException {
    drain();
    framed = true;
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
      while (count == MOST && !finished) {
        await();
      }
      requireOpen();
      if (finished) {
        throw new IOException("the stream's output was ended");
      }
      int next = Math.min(MOST - count, length - done);
      reserve(count + next);
      System.arraycopy(bytes, offset + done, waiting, count, next);
      count += next;
      done += next;
      if (!underWay) {
        dispatch();
      }
    }
  }

  private void reserve(int size) {
    if (size > waiting.length) {
      waiting = java.util.Arrays.copyOf(waiting, Math.min(MOST, Math.max(size, 2 * count)));
    }
  }

  /** Nothing is held back: what is written goes as soon as what is under way has gone. */
  @Override
  public synchronized void flush() throws IOException {
    requireOpen();
  }

  /** Waits until all that was written is sent, but not for long; a lost stream ends it. */
  synchronized void drain(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    try {
      for (long left = most.toMillis();
          (underWay || count > 0) && failure == null && !socket.over().isDone() && left > 0;
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void drain() throws IOException {
    while (underWay) {
      await();
    }
    requireOpen();
  }

  /** Ends a framed stream: a length of 0. */
  synchronized void finish() throws IOException {
    if (!finished) {
      finished = true;
      drain();
      sendRaw(new byte[] {0, '0', '\n'});
      if (socket.canCloseChannels()) {
        sendRaw(new byte[] {CLOSE, 0});
      }
    }
  }

  /** The same, without what is not on its way yet; a thread that writes fails. */
  synchronized void finishEarly() throws IOException {
    count = 0;
    finish();
    notifyAll();
  }

  private void sendRaw(byte[] message) throws IOException {
    underWay = true;
    socket.send(ByteBuffer.wrap(message)).whenComplete((to, error) -> sent(error));
    drain();
  }

  private void dispatch() {
    // Whole blocks pass the far end faster; the rest begins the next message.
    int size = count > RemoteShell.BLOCK ? count - count % RemoteShell.BLOCK : count;
    byte[] head = framed ? (size + "\n").getBytes(StandardCharsets.US_ASCII) : new byte[0];
    ByteBuffer message = ByteBuffer.allocate(1 + head.length + size);
    message.put((byte) 0).put(head).put(waiting, 0, size).flip();
    count -= size;
    System.arraycopy(waiting, size, waiting, 0, count);
    underWay = true;
    socket.send(message).whenComplete((to, error) -> sent(error));
  }

  private synchronized void sent(@Nullable Throwable error) {
    underWay = false;
    if (error != null) {
      failure = new IOException("what was written could not be sent: " + error, error);
    } else if (count > 0) {
      dispatch();
    }
    notifyAll();
  }

  @SuppressWarnings("WaitNotInLoop") // all callers loop
  private void await() throws IOException {
    requireOpen();
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while writing");
    }
    requireOpen();
  }

  private void requireOpen() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    if (socket.over().isDone()) {
      socket.requireWhole();
      throw new IOException("the peer has closed the stream");
    }
  }
}
