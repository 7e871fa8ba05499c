package dev.previews.engine;

import dev.previews.error.ConnectionException;
import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A program in a container as a stream: its input and its output. A program that fails breaks the
 * stream.
 */
final class ExecStream implements DuplexStream {
  private static final int MOST_EVIDENCE = 2048;
  private static final Duration LONGEST_START = Duration.ofMinutes(1);
  private static final String ANNOUNCE = "echo; exec \"$@\"";

  private final AttachedExec attached;
  private final InputStream input = new Input();

  ExecStream(AttachedExec attached) {
    this.attached = attached;
  }

  /** The same program, which is preceded by a byte in its output. */
  static List<String> announced(List<String> argv) {
    List<String> wrapped = new ArrayList<>(List.of("sh", "-c", ANNOUNCE, "sh"));
    wrapped.addAll(argv);
    return wrapped;
  }

  /** Waits for that byte; without it the stream is closed. */
  void awaitStart(ScheduledExecutorService alarms) {
    Future<?> alarm = alarms.schedule(this::close, LONGEST_START.toMillis(), TimeUnit.MILLISECONDS);
    try {
      int first = input.read();
      if (first != '\n') {
        String said = new String(input.readNBytes(MOST_EVIDENCE), StandardCharsets.UTF_8);
        throw new IOException(first < 0 ? "its program ended" : (char) first + said);
      }
    } catch (IOException e) {
      close();
      throw new ConnectionException(
          "no stream to the container " + attached.target().name() + ": " + e.getMessage(), e);
    } finally {
      alarm.cancel(false);
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return attached.stream().output();
  }

  @Override
  public void shutdownOutput() {
    attached.stream().shutdownOutput();
  }

  @Override
  public void close() {
    attached.close();
  }

  private final class Input extends InputStream {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private int offset;
    private int left;
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (left == 0) {
        if (ended || !nextFrame()) {
          return -1;
        }
      }
      int n = Math.min(length, left);
      System.arraycopy(attached.frames().bytes(), offset, bytes, start, n);
      offset += n;
      left -= n;
      return n;
    }

    private boolean nextFrame() throws IOException {
      FrameReader frames = attached.frames();
      if (!frames.next()) {
        requireSuccess();
        ended = true;
        return false;
      }
      if (frames.isError()) {
        said.write(frames.bytes(), 0, Math.min(frames.count(), MOST_EVIDENCE - said.size()));
      } else {
        offset = 0;
        left = frames.count();
      }
      return true;
    }

    private void requireSuccess() throws IOException {
      int code;
      try {
        code = attached.exitCode();
      } catch (RuntimeException e) {
        throw new IOException("the stream was lost: " + e.getMessage(), e);
      }
      if (code != 0) {
        throw new IOException(
            "the stream was lost: the program that carries it exited with "
                + code
                + ", "
                + said.toString(StandardCharsets.UTF_8).strip());
      }
    }

    @Override
    public void close() {
      ExecStream.this.close();
    }
  }
}
