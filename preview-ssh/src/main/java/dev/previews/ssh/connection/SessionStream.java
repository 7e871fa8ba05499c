package dev.previews.ssh.connection;

import dev.previews.spi.DuplexStream;
import dev.previews.ssh.link.Daemon;
import dev.previews.ssh.link.Session;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program on the host as a stream. What it writes to its standard error becomes the reason when
 * it fails; then reading fails at the end.
 */
final class SessionStream implements DuplexStream {
  private static final int MOST_EVIDENCE = 4096;
  private static final int PATIENCE_MILLIS = 500;

  private final Session session;
  private final String name;
  private final InputStream input;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private volatile boolean endedInOrder;

  SessionStream(Session session, String name) {
    this.session = session;
    this.name = name;
    this.input = new Input(session.output());
    Daemon.start("preview-ssh-stream " + name, this::listen);
  }

  private void listen() {
    byte[] buffer = new byte[1024];
    try {
      for (int n = session.errors().read(buffer); n >= 0; n = session.errors().read(buffer)) {
        synchronized (said) {
          said.write(buffer, 0, Math.min(n, MOST_EVIDENCE - said.size()));
        }
      }
    } catch (IOException e) {
      // It is lost, or closed.
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return session.input();
  }

  @Override
  public void shutdownOutput() {
    session.endInput();
  }

  @Override
  public void close() {
    session.close();
  }

  /** It may have closed its output and wait for more input: then it ended in order. */
  private void requireSuccess() throws IOException {
    if (endedInOrder) {
      return; // who reads on is not to wait again
    }
    try {
      session.over().toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      endedInOrder = true;
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (ExecutionException e) {
      throw new IOException(e);
    }
    OptionalInt code = session.exitCode();
    if (code.isEmpty() || code.getAsInt() != 0) {
      synchronized (said) {
        throw new IOException(name + " failed: " + said.toString(StandardCharsets.UTF_8).strip());
      }
    }
  }

  private final class Input extends FilterInputStream {
    Input(InputStream input) {
      super(input);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = super.read(bytes, offset, length);
      if (n < 0) {
        requireSuccess();
      }
      return n;
    }

    @Override
    public void close() {
      SessionStream.this.close();
    }
  }
}
