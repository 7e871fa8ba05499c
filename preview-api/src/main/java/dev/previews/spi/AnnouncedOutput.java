package dev.previews.spi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes one output of a command that {@linkplain RemoteProcess#announced announces} itself: keeps
 * the first line and passes all that follows on to a sink. Not thread-safe. Closing it does
 * nothing.
 */
public final class AnnouncedOutput extends OutputStream {
  private static final int LONGEST_LINE = 64;

  private final OutputStream sink;
  private final Consumer<RemoteProcess> known;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(LONGEST_LINE);
  private boolean announced;

  /**
   * An output with a sink.
   *
   * @param known told the process before anything is passed on, by each of its outputs that comes
   *     so far
   */
  public AnnouncedOutput(OutputStream sink, Consumer<RemoteProcess> known) {
    this.sink = sink;
    this.known = known;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  /**
   * Takes bytes of the output.
   *
   * @throws UnannouncedException when the first line is no announcement: the carrier explains why
   *     it did not start the command, say; nothing is passed on
   */
  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int next = offset;
    int end = offset + length;
    while (!announced && next < end) {
      line.write(bytes[next++]);
      if (bytes[next - 1] == '\n') {
        announce(bytes, next, end);
      } else if (line.size() >= LONGEST_LINE) {
        throw unannounced(bytes, next, end);
      }
    }
    if (next < end) {
      sink.write(bytes, next, end - next);
    }
  }

  private void announce(byte[] bytes, int next, int end) throws IOException {
    Optional<RemoteProcess> process =
        RemoteProcess.parse(line.toString(StandardCharsets.UTF_8).stripTrailing());
    if (process.isEmpty()) {
      throw unannounced(bytes, next, end);
    }
    announced = true;
    known.accept(process.get());
  }

  private UnannouncedException unannounced(byte[] bytes, int next, int end) {
    line.write(bytes, next, end - next);
    return new UnannouncedException(line.toString(StandardCharsets.UTF_8));
  }

  /** What came of a first line that did not end; empty after an announcement. */
  public String unfinishedLine() {
    return announced ? "" : line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void flush() throws IOException {
    sink.flush();
  }

  /** The output of a command begins with something else than its announcement. */
  public static final class UnannouncedException extends IOException {
    private static final long serialVersionUID = 1L;

    private UnannouncedException(String text) {
      super(text);
    }
  }
}
