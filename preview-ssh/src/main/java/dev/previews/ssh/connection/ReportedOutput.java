package dev.previews.ssh.connection;

import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Context;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a command prints as it makes a machine ready: reported by the line, and its last lines are
 * kept as evidence. One for each of its outputs; {@link #beside} shares the evidence.
 */
public final class ReportedOutput extends OutputStream {
  private static final int LAST = 30;

  private final Context call;
  private final Deque<String> last;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private ReportedOutput(Context call, Deque<String> last) {
    this.call = call;
    this.last = last;
  }

  /** An output whose lines this call's listener hears of. */
  public static ReportedOutput of(Context call) {
    return new ReportedOutput(call, new ArrayDeque<>());
  }

  /** The same command's other output. */
  public ReportedOutput beside() {
    return new ReportedOutput(call, last);
  }

  @Override
  public synchronized void write(int value) {
    if (value == '\n' || value == '\r') {
      take();
    } else {
      line.write(value);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      write(bytes[i]);
    }
  }

  /** A line without an end may be all that there is. */
  @Override
  public synchronized void flush() {
    take();
  }

  private void take() {
    if (line.size() == 0) {
      return;
    }
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    call.report(new ProgressEvent.Output(Step.MACHINE, text));
    synchronized (last) {
      last.add(text);
      if (last.size() > LAST) {
        last.remove();
      }
    }
  }

  /** The last lines of the command. */
  public String last() {
    synchronized (last) {
      return String.join("\n", last);
    }
  }
}
