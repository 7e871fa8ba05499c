package dev.previews.kube.connection;

import dev.previews.spi.RemoteProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * One of a command's outputs without what {@link RemoteShell} says there: at its start a line with
 * the process's id, on standard error at its end a mark.
 */
final class OwnOutput {
  private static final int LONGEST_LINE = 64;

  private final byte[] endMark;
  private byte[] held = new byte[0];
  private Optional<RemoteProcess> process = Optional.empty();
  private boolean begun;
  private boolean ended;

  private OwnOutput(byte[] endMark) {
    this.endMark = endMark;
  }

  static OwnOutput stdout() {
    return new OwnOutput(new byte[0]);
  }

  static OwnOutput stderr(String endMark) {
    return new OwnOutput((endMark + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** What of this part, and of what was held back before, is the command's own. */
  byte[] filter(byte[] part) {
    if (begun && endMark.length == 0) {
      return part;
    }
    byte[] all = join(held, part);
    if (!begun) {
      int end = indexOf(all, new byte[] {'\n'});
      if (end < 0 && all.length <= LONGEST_LINE) {
        held = all;
        return new byte[0];
      }
      begun = true;
      int length = end < 0 ? all.length : end;
      process = RemoteProcess.parse(new String(all, 0, length, StandardCharsets.UTF_8));
      if (process.isPresent()) {
        all = Arrays.copyOfRange(all, end + 1, all.length);
      }
    }
    int mark = ended || endMark.length == 0 ? -1 : indexOf(all, endMark);
    if (mark >= 0) {
      ended = true;
      held = new byte[0];
      return join(
          Arrays.copyOf(all, mark), Arrays.copyOfRange(all, mark + endMark.length, all.length));
    }
    int keep = ended ? 0 : startOfMark(all);
    held = Arrays.copyOfRange(all, all.length - keep, all.length);
    return Arrays.copyOf(all, all.length - keep);
  }

  /** What is held back when nothing more comes. */
  byte[] rest() {
    byte[] rest = held;
    held = new byte[0];
    begun = true;
    return rest;
  }

  /** Whether it is known who runs, or that it will not be. */
  boolean begun() {
    return begun;
  }

  /** Whether the command has ended. */
  boolean ended() {
    return ended;
  }

  Optional<RemoteProcess> process() {
    return process;
  }

  /** How many bytes at the end could be the mark's first ones. */
  private int startOfMark(byte[] all) {
    for (int n = Math.min(endMark.length - 1, all.length); n > 0; n--) {
      if (Arrays.equals(all, all.length - n, all.length, endMark, 0, n)) {
        return n;
      }
    }
    return 0;
  }

  private static int indexOf(byte[] all, byte[] part) {
    for (int i = 0; i + part.length <= all.length; i++) {
      if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }
}
