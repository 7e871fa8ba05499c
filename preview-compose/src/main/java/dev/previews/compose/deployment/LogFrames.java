package dev.previews.compose.deployment;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import dev.previews.environment.LogLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes lines of the frames of a container's log. A frame is one message of the engine: a time, a
 * space, and a line or (above 16 KiB) a part of one. A terminal's log has no frames, and its lines
 * may come in any pieces.
 */
final class LogFrames {
  /** A line that is longer comes in pieces. */
  private static final int LONGEST = 1 << 20;

  private final String container;
  private final Consumer<LogLine> lines;
  private final Map<StreamType, Unfinished> unfinished = new EnumMap<>(StreamType.class);

  LogFrames(String container, Consumer<LogLine> lines) {
    this.container = container;
    this.lines = lines;
  }

  void add(Frame frame) {
    Unfinished line =
        unfinished.computeIfAbsent(
            frame.getStreamType(), type -> new Unfinished(type == StreamType.STDERR));
    byte[] bytes = frame.getPayload();
    if (frame.getStreamType() == StreamType.RAW) {
      line.raw(bytes);
    } else {
      line.message(bytes);
    }
  }

  /** Gives out what is left without a line end. */
  void end() {
    unfinished.values().forEach(Unfinished::flush);
  }

  private final class Unfinished {
    private final boolean stderr;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private Instant time = Instant.EPOCH;

    Unfinished(boolean stderr) {
      this.stderr = stderr;
    }

    void message(byte[] bytes) {
      int space = indexOf(bytes, (byte) ' ', 0);
      boolean ended = bytes.length > 0 && bytes[bytes.length - 1] == '\n';
      if (text.size() == 0) {
        time = time(bytes, space);
      }
      int from = Math.min(space + 1, bytes.length);
      text.write(bytes, from, Math.max(0, bytes.length - from - (ended ? 1 : 0)));
      if (ended) {
        give();
      } else if (text.size() >= LONGEST) {
        give();
      }
    }

    void raw(byte[] bytes) {
      for (int from = 0; from < bytes.length; ) {
        int end = indexOf(bytes, (byte) '\n', from);
        text.write(bytes, from, (end < 0 ? bytes.length : end) - from);
        if (end < 0) {
          return;
        }
        giveRaw();
        from = end + 1;
      }
    }

    private void giveRaw() {
      byte[] whole = text.toByteArray();
      text.reset();
      message(whole);
      give();
    }

    void flush() {
      if (text.size() > 0) {
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

  private static int indexOf(byte[] bytes, byte wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
