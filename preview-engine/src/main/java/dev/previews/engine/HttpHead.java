package dev.previews.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The status line and the headers of a response; names of headers in any case. */
record HttpHead(int status, Map<String, List<String>> headers) {
  /** More is not an engine's answer. */
  static final int MOST_BYTES = 256 * 1024;

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9][0-9]{2})(?: .*)?");

  static HttpHead read(InputStream input) throws IOException {
    Lines lines = new Lines(input, MOST_BYTES);
    String first = lines.next();
    Matcher status = STATUS.matcher(first);
    if (!status.matches()) {
      throw new IOException("not an HTTP/1 answer: '" + printable(first) + "'");
    }
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("not an HTTP header: '" + printable(line) + "'");
      }
      headers
          .computeIfAbsent(line.substring(0, colon).strip(), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return new HttpHead(Integer.parseInt(status.group(1)), headers);
  }

  private static String printable(String line) {
    return line.substring(0, Math.min(line.length(), 80)).replaceAll("[^ -~]", "?");
  }

  /** Whether a header's comma-separated values hold this one. */
  boolean has(String name, String value) {
    return headers.getOrDefault(name, List.of()).stream()
        .flatMap(line -> Pattern.compile(",").splitAsStream(line))
        .anyMatch(each -> each.strip().toLowerCase(Locale.ROOT).equals(value));
  }

  /** The length that the head names; -1 when it names none. */
  long contentLength() throws IOException {
    List<String> values = headers.getOrDefault("Content-Length", List.of());
    if (values.isEmpty()) {
      return -1;
    }
    if (values.stream().distinct().count() > 1 || !values.get(0).matches("\\d{1,18}")) {
      throw new IOException("not a content length: '" + printable(values.toString()) + "'");
    }
    return Long.parseLong(values.get(0));
  }

  /** Lines that end with LF or CRLF, all together limited. */
  static final class Lines {
    private final InputStream input;
    private int left;

    Lines(InputStream input, int mostBytes) {
      this.input = input;
      this.left = mostBytes;
    }

    String next() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(80);
      while (true) {
        int next = input.read();
        if (next < 0) {
          throw new HungUpException();
        }
        if (--left < 0) {
          throw new IOException("the head of the answer does not end");
        }
        if (next == '\n') {
          String text = line.toString(StandardCharsets.ISO_8859_1);
          return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
        line.write(next);
      }
    }
  }
}
