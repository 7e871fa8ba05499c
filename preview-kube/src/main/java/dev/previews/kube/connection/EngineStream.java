package dev.previews.kube.connection;

import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;

/**
 * A stream to the engine that chooses its carrier when it has seen the head of the first request.
 * Attached streams (an HTTP upgrade) have to end in one direction alone, which a forwarded port
 * cannot, and where the end of the stream is the end of the answer, it is told at once and not a
 * second later. Everything else is much cheaper over a forwarded port.
 */
final class EngineStream implements DuplexStream {
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final Pattern ENDS =
      Pattern.compile("\\r\\n(upgrade:|connection:[^\\r]*close)", Pattern.CASE_INSENSITIVE);

  private final Dialer forwarded;
  private final Dialer halfClosing;
  private final CompletableFuture<DuplexStream> chosen = new CompletableFuture<>();
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final InputStream input = new Input();
  private final OutputStream output = new Output();

  EngineStream(Dialer forwarded, Dialer halfClosing) {
    this.forwarded = forwarded;
    this.halfClosing = halfClosing;
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
      choose(halfClosing).shutdownOutput();
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
        if (head.size() > 0) {
          stream.output().write(head.toByteArray());
        }
        if (!chosen.complete(stream)) {
          stream.close();
        }
      } catch (IOException | RuntimeException e) {
        chosen.completeExceptionally(e);
      }
    }
    return get();
  }

  private DuplexStream get() throws IOException {
    try {
      return chosen.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while waiting for the engine");
    } catch (ExecutionException e) {
      throw new IOException("the engine cannot be reached: " + e.getCause(), e.getCause());
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      synchronized (EngineStream.this) {
        if (!chosen.isDone()) {
          head.write(bytes, offset, length);
          String text = head.toString(StandardCharsets.ISO_8859_1);
          int end = text.indexOf("\r\n\r\n");
          if (end >= 0 || head.size() > LONGEST_HEAD) {
            boolean ends = end < 0 || ENDS.matcher(text.substring(0, end)).find();
            choose(ends ? halfClosing : forwarded);
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
      EngineStream.this.close();
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      return get().input().read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return get().input().read(bytes, offset, length);
    }

    @Override
    public void close() {
      EngineStream.this.close();
    }
  }
}
