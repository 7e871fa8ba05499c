package dev.previews.compose.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/** Keeps the last lines of an output, for messages. */
final class LastLines {
  private static final int MOST = 40;

  private final Deque<String> lines = new ArrayDeque<>();

  synchronized void add(String line) {
    if (line.isBlank()) {
      return;
    }
    if (lines.size() == MOST) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  synchronized String text() {
    return String.join("\n", lines);
  }
}
