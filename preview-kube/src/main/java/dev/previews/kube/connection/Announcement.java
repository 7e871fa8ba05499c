package dev.previews.kube.connection;

import dev.previews.spi.RemoteProcess;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Takes the line from the start of a standard error that says which process it is. */
final class Announcement {
  private final ByteArrayOutputStream start = new ByteArrayOutputStream();
  private Optional<RemoteProcess> process = Optional.empty();
  private boolean over;

  /** What of this part is the command's own. */
  byte[] filter(byte[] part) {
    if (over) {
      return part;
    }
    start.writeBytes(part);
    byte[] all = start.toByteArray();
    int end = 0;
    while (end < all.length && all[end] != '\n') {
      end++;
    }
    if (end == all.length && end <= RemoteProcess.LONGEST_LINE) {
      return new byte[0];
    }
    over = true;
    process = RemoteProcess.parse(new String(all, 0, end, StandardCharsets.UTF_8));
    return process.isPresent() ? java.util.Arrays.copyOfRange(all, end + 1, all.length) : all;
  }

  /** What is held back at the end: a start that is no whole line. */
  byte[] rest() {
    byte[] rest = over ? new byte[0] : start.toByteArray();
    over = true;
    return rest;
  }

  /** Whether it is known who runs, or that it will not be. */
  boolean over() {
    return over;
  }

  Optional<RemoteProcess> process() {
    return process;
  }
}
