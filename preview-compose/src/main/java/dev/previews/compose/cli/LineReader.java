package dev.previews.compose.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Splits a tool's output into lines, without its colours; a line that never ends is cut. */
final class LineReader {
  private static final int LONGEST = 8192;
  private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

  private LineReader() {}

  static void read(InputStream stream, Consumer<String> sink) throws IOException {
    Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8);
    StringBuilder line = new StringBuilder();
    char[] buffer = new char[4096];
    int length;
    while ((length = reader.read(buffer)) >= 0) {
      for (int i = 0; i < length; i++) {
        char next = buffer[i];
        if (next == '\n' || next == '\r' || line.length() == LONGEST) {
          flush(line, sink);
        }
        if (next != '\n' && next != '\r') {
          line.append(next);
        }
      }
    }
    flush(line, sink);
  }

  private static void flush(StringBuilder line, Consumer<String> sink) {
    if (line.length() > 0) {
      sink.accept(COLOURS.matcher(line).replaceAll(""));
      line.setLength(0);
    }
  }
}
