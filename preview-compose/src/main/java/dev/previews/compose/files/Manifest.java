package dev.previews.compose.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was copied to the far end, kept there beside the tree.
 *
 * <p>One record per entry, ended by a NUL pair of its path and its target:
 *
 * <pre>
 * {@code <kind> <permissions> <uid> <gid> <size> <sha256> <md5> <moment> <stat or -> NUL <path> NUL <target> NUL}
 * </pre>
 *
 * Digests that are not known are {@code -}. A record that was cut off, and what follows it, is not
 * there.
 */
final class Manifest {
  private static final String UNKNOWN = "-";

  private final Map<String, Recorded> entries;

  Manifest(Map<String, Recorded> entries) {
    this.entries = entries;
  }

  Map<String, Recorded> entries() {
    return entries;
  }

  @Nullable Recorded get(String path) {
    return entries.get(path);
  }

  static Manifest parse(byte[] bytes, int length) {
    Map<String, Recorded> entries = new HashMap<>();
    int position = 0;
    while (position < length) {
      int fieldsEnd = end(bytes, position, length);
      int pathEnd = end(bytes, fieldsEnd + 1, length);
      int targetEnd = end(bytes, pathEnd + 1, length);
      if (targetEnd >= length) {
        break;
      }
      String fields = text(bytes, position, fieldsEnd);
      String path = text(bytes, fieldsEnd + 1, pathEnd);
      entries.put(path, record(fields, text(bytes, pathEnd + 1, targetEnd)));
      position = targetEnd + 1;
    }
    return new Manifest(entries);
  }

  private static int end(byte[] bytes, int from, int length) {
    int end = from;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    return end;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private static Recorded record(String fields, String target) {
    String[] field = fields.split(" ", -1);
    if (field.length != 9) {
      throw new IllegalArgumentException("not a record of a manifest: " + fields);
    }
    return new Recorded(
        Kind.ofLetter(field[0].charAt(0)),
        Integer.parseInt(field[1], 8),
        Integer.parseInt(field[2]),
        Integer.parseInt(field[3]),
        Long.parseLong(field[4]),
        target,
        new Content(field[5], field[6]),
        field[8].equals(UNKNOWN) ? null : FarStat.parse(field[8]),
        Long.parseLong(field[7]));
  }

  void writeTo(OutputStream out) throws IOException {
    for (Map.Entry<String, Recorded> entry : entries.entrySet()) {
      Recorded recorded = entry.getValue();
      FarStat stat = recorded.stat();
      String text =
          recorded.kind().letter()
              + " "
              + Integer.toOctalString(recorded.permissions())
              + " "
              + recorded.uid()
              + " "
              + recorded.gid()
              + " "
              + recorded.size()
              + " "
              + recorded.content().sha256()
              + " "
              + recorded.content().md5()
              + " "
              + recorded.moment()
              + " "
              + (stat == null ? UNKNOWN : stat.toString())
              + "\0"
              + entry.getKey()
              + "\0"
              + recorded.target()
              + "\0";
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
