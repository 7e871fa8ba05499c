package dev.previews.engine;

import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program of this machine as a stream: its input and its output, as with {@code docker system
 * dial-stdio}. A program that fails breaks the stream, and what it wrote to its standard error is
 * the reason. Closing ends it.
 */
public final class ProgramStream implements DuplexStream {
  private static final int MOST_EVIDENCE = 4096;

  private final String name;
  private final Process process;
  private final InputStream input;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Thread listener;
  private volatile boolean closed;

  private ProgramStream(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = new Input(process.getInputStream());
    this.listener = new Thread(this::listen, "preview-engine-program");
    listener.setDaemon(true);
    listener.start();
  }

  /**
   * Starts a program.
   *
   * @param environment all that it finds in its environment
   * @throws IOException when it cannot be started
   */
  public static DuplexStream start(List<String> argv, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new ProgramStream(argv.get(0), builder.start());
  }

  /** Takes what it says, so that it never blocks on it. */
  private void listen() {
    byte[] buffer = new byte[1024];
    try (InputStream errors = process.getErrorStream()) {
      for (int n = errors.read(buffer); n >= 0; n = errors.read(buffer)) {
        synchronized (said) {
          said.write(buffer, 0, Math.min(n, MOST_EVIDENCE - said.size()));
        }
      }
    } catch (IOException e) {
      // The process is gone.
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return process.getOutputStream();
  }

  @Override
  public void shutdownOutput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The process is gone.
    }
  }

  @Override
  public void close() {
    closed = true;
    process.destroy();
  }

  private void requireSuccess() throws IOException {
    if (closed) {
      throw new IOException("the stream is closed");
    }
    try {
      // It may have closed its output and wait for more input: then it ended in order.
      if (!process.waitFor(200, TimeUnit.MILLISECONDS) || process.exitValue() == 0) {
        return;
      }
      listener.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (said) {
      throw new IOException(name + " failed: " + said.toString(StandardCharsets.UTF_8).strip());
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
      ProgramStream.this.close();
    }
  }
}
