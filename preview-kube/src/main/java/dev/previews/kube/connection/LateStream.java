package dev.previews.kube.connection;

import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A stream that chooses its carrier when it has seen how the conversation begins. A forwarded port
 * is fast and cannot end one direction alone; a command at the far end can, and costs more.
 */
final class LateStream implements DuplexStream {
  private final Choice choice;
  private final Dialer inDoubt;
  private final Duration patience;
  private final CompletableFuture<DuplexStream> chosen = new CompletableFuture<>();
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final InputStream input = new Input();
  private final OutputStream output = new Output();

  /** Says which carrier the first bytes ask for; nothing while they do not tell. */
  @FunctionalInterface
  interface Choice {
    Optional<Dialer> of(byte[] head);
  }

  /**
   * A stream.
   *
   * @param choice which carrier is right for what is written first
   * @param inDoubt the carrier when the output ends before that tells
   * @param patience how long a reader waits for that; then it is {@code inDoubt}, since perhaps the
   *     peer speaks first
   */
  LateStream(Choice choice, Dialer inDoubt, Duration patience) {
    this.choice = choice;
    this.inDoubt = inDoubt;
    this.patience = patience;
  }

  /** Done when there is no more to choose: it has its carrier, or is closed. */
  CompletableFuture<DuplexStream> decided() {
    return chosen;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() {
    try {
      choose(inDoubt).shutdownOutput();
    } catch (IOException e) {
      // Reading says why.
    }
  }

  @Override
  public void close() {
    chosen.completeExceptionally(new IOException("the stream is closed"));
    if (!chosen.isCompletedExceptionally()) {
      chosen.join().close();
    }
  }

  private synchronized DuplexStream choose(Dialer dialer) throws IOException {
    if (!chosen.isDone()) {
      try {
        DuplexStream stream = dialer.dial();
        if (!chosen.complete(stream)) {
          stream.close();
        }
      } catch (IOException | RuntimeException e) {
        chosen.completeExceptionally(e);
      }
      // A stream that refuses this has been chosen all the same: its reader learns why.
      get().output().write(head.toByteArray());
    }
    return get();
  }

  private DuplexStream get() throws IOException {
    try {
      return chosen.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw unreachable(e);
    }
  }

  private DuplexStream getToRead() throws IOException {
    try {
      return chosen.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      try {
        return choose(inDoubt);
      } catch (IOException refused) {
        return get();
      }
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw unreachable(e);
    }
  }

  private static IOException unreachable(ExecutionException e) {
    return new IOException("it cannot be reached: " + e.getCause(), e.getCause());
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while it was dialled");
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (LateStream.this) {
        if (!chosen.isDone()) {
          head.write(bytes, offset, length);
          Optional<Dialer> dialer = choice.of(head.toByteArray());
          if (dialer.isPresent()) {
            choose(dialer.get());
          }
          return;
        }
      }
      get().output().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      if (chosen.isDone()) {
        get().output().flush();
      }
    }

    @Override
    public void close() {
      LateStream.this.close();
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      return getToRead().input().read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return getToRead().input().read(bytes, offset, length);
    }

    @Override
    public void close() {
      LateStream.this.close();
    }
  }
}
