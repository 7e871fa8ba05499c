package dev.previews.compose.deployment;

import dev.previews.environment.LogLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Makes lines of a container's log. A message of the engine is a time, a space, and a line or
 * (above 16 KiB) a part of one. A terminal's lines may come in any pieces.
 */
final class LogLines {
  /** A line that is longer comes in pieces. */
  private static final int LONGEST = 1 << 20;

  /** After so many bytes the engine cuts a line. */
  private static final int PART = 16 * 1024;

  private static final int TIME = "2026-11-25T12:34:56.123456789Z ".length();

  private final String container;
  private final Consumer<LogLine> lines;
  private final Unfinished output = new Unfinished(false);
  private final Unfinished error = new Unfinished(true);

  LogLines(String container, Consumer<LogLine> lines) {
    this.container = container;
    this.lines = lines;
  }

  /** A message as the engine keeps it. */
  void message(byte[] bytes, boolean stderr) {
    (stderr ? error : output).message(bytes);
  }

  /** Something that a terminal showed. */
  void terminal(byte[] bytes) {
    output.raw(bytes);
  }

  /** Gives out what is left without a line end. */
  void end() {
    output.flush();
    error.flush();
  }

  private final class Unfinished {
    private final boolean stderr;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private Instant time = Instant.EPOCH;

    Unfinished(boolean stderr) {
      this.stderr = stderr;
    }

    void message(byte[] bytes) {
      boolean ended = bytes.length > 0 && bytes[bytes.length - 1] == '\n';
      add(bytes, ended ? bytes.length - 1 : bytes.length);
      if (ended || text.size() >= LONGEST) {
        give();
      }
    }

    /** Adds what follows the time; that of the first part counts. */
    private void add(byte[] bytes, int end) {
      int space = indexOf(bytes, (byte) ' ', 0);
      if (text.size() == 0) {
        time = time(bytes, space);
      }
      int from = Math.min(space + 1, end);
      text.write(bytes, from, end - from);
    }

    void raw(byte[] bytes) {
      for (int from = 0; from < bytes.length; ) {
        int end = indexOf(bytes, (byte) '\n', from);
        shown.write(bytes, from, (end < 0 ? bytes.length : end) - from);
        if (end >= 0 || shown.size() >= LONGEST) {
          giveShown();
        }
        from = end < 0 ? bytes.length : end + 1;
      }
    }

    /** What a terminal shows has a time before each part too. */
    private void giveShown() {
      byte[] line = shown.toByteArray();
      shown.reset();
      for (int from = 0; from < line.length; ) {
        int end = from + TIME + PART;
        if (!isTime(line, end)) {
          end = line.length;
        }
        add(Arrays.copyOfRange(line, from, end), end - from);
        from = end;
      }
      give();
    }

    void flush() {
      if (shown.size() > 0) {
        giveShown();
      } else if (text.size() > 0) {
        give();
      }
    }

    private void give() {
      String line = text.toString(StandardCharsets.UTF_8);
      text.reset();
      lines.accept(
          new LogLine(
              time,
              container,
              stderr,
              line.endsWith("\r") ? line.substring(0, line.length() - 1) : line));
    }

    private Instant time(byte[] bytes, int space) {
      try {
        return Instant.parse(new String(bytes, 0, Math.max(space, 0), StandardCharsets.US_ASCII));
      } catch (DateTimeParseException e) {
        return time;
      }
    }
  }

  private static boolean isTime(byte[] bytes, int from) {
    return from + TIME <= bytes.length
        && bytes[from + 4] == '-'
        && bytes[from + 10] == 'T'
        && bytes[from + TIME - 2] == 'Z'
        && bytes[from + TIME - 1] == ' ';
  }

  private static int indexOf(byte[] bytes, byte wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
