package dev.previews.compose.files;

import dev.previews.error.RemoteCommandException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Reads, as it comes, what the far end's script prints of its state: the digest that it computes,
 * the length of the manifest, the manifest, the moment, and a record per entry. Instead of the
 * digest it may print that it failed.
 */
final class FarStateReader extends OutputStream {
  private static final String FAILED = "failed";
  private static final String END = "end";
  private static final String RECORD_END = "\n//";
  private static final int LONGEST_RECORD = 1 << 20;

  private enum Part {
    DIGEST,
    LENGTH,
    MANIFEST,
    MOMENT,
    ENTRIES,
    ENDED,
    FAILED
  }

  private final Predicate<String> wanted;
  private final CompletableFuture<Manifest> manifest = new CompletableFuture<>();
  private final Map<String, FarStat> entries = new HashMap<>();
  private final Line line = new Line();
  private Manifest copied = new Manifest(Map.of());
  private byte[] manifestBytes = {};
  private int manifestLength;
  private FarDigest digest = FarDigest.MD5;
  private long moment;
  private volatile Part part = Part.DIGEST;

  /**
   * A reader.
   *
   * @param wanted which entries to keep besides those of the manifest; may block
   */
  FarStateReader(Predicate<String> wanted) {
    this.wanted = wanted;
  }

  /** The manifest, as soon as it was read. */
  CompletableFuture<Manifest> manifest() {
    return manifest;
  }

  /** Whether the far end has said that it failed. */
  boolean failed() {
    return part == Part.FAILED;
  }

  /**
   * The state; to be asked when the command has ended.
   *
   * @throws RemoteCommandException when it was cut off
   */
  FarState state() {
    if (part != Part.ENDED) {
      throw new RemoteCommandException("the far end's list of files was cut off");
    }
    return new FarState(digest, moment, entries);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int position = offset;
    int end = offset + length;
    while (position < end) {
      if (part == Part.MANIFEST) {
        int count = Math.min(end - position, manifestBytes.length - manifestLength);
        System.arraycopy(bytes, position, manifestBytes, manifestLength, count);
        manifestLength += count;
        position += count;
        endManifest();
      } else {
        accept(bytes[position++]);
      }
    }
  }

  private void accept(byte value) throws IOException {
    switch (part) {
      case DIGEST -> {
        line.write(value);
        if (value == '\n') {
          acceptDigest(line.take().strip());
        }
      }
      case LENGTH -> {
        line.write(value);
        if (value == '\n') {
          manifestBytes = new byte[Math.toIntExact(number(line.take()))];
          part = Part.MANIFEST;
          endManifest();
        }
      }
      case MOMENT -> {
        line.write(value);
        if (value == '\n') {
          moment = number(line.take());
          part = Part.ENTRIES;
          line.write('\n');
        }
      }
      case ENTRIES -> {
        line.write(value);
        if (line.endsRecord()) {
          acceptRecord(line.takeRecord());
        }
      }
      default -> {}
    }
    if (line.size() > LONGEST_RECORD) {
      throw new IOException("the far end's list of files is not one");
    }
  }

  private void acceptDigest(String text) throws IOException {
    if (text.equals(FAILED)) {
      part = Part.FAILED;
      return;
    }
    try {
      digest = FarDigest.ofWord(text);
    } catch (IllegalArgumentException e) {
      throw new IOException("the far end printed '" + text + "' instead of a digest's name", e);
    }
    part = Part.LENGTH;
  }

  private void endManifest() throws IOException {
    if (manifestLength < manifestBytes.length) {
      return;
    }
    part = Part.MOMENT;
    try {
      copied = Manifest.parse(manifestBytes, manifestLength);
      manifest.complete(copied);
    } catch (IllegalArgumentException e) {
      throw new IOException("the far end's manifest is damaged", e);
    }
    manifestBytes = new byte[] {};
  }

  /**
   * {@code inode/size/changed/mode/./path}; before the first there is an empty one, the root has no
   * path, and the last says so.
   */
  private void acceptRecord(String record) throws IOException {
    if (record.equals(END)) {
      part = Part.ENDED;
      return;
    }
    int dot = record.indexOf("/./");
    if (dot < 0) {
      return;
    }
    String path = record.substring(dot + 3);
    if (copied.get(path) != null || wanted.test(path)) {
      try {
        entries.put(path, FarStat.parse(record.substring(0, dot)));
      } catch (IllegalArgumentException e) {
        throw new IOException(e);
      }
    }
  }

  private static long number(String text) throws IOException {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IOException("the far end printed '" + text + "' instead of a number", e);
    }
  }

  /** What was read and not yet understood. */
  private static final class Line extends ByteArrayOutputStream {
    String take() {
      String text = toString(StandardCharsets.UTF_8);
      reset();
      return text;
    }

    boolean endsRecord() {
      return endsWith(RECORD_END);
    }

    String takeRecord() {
      String text = take();
      return text.substring(0, text.length() - RECORD_END.length());
    }

    private boolean endsWith(String ending) {
      if (count < ending.length()) {
        return false;
      }
      for (int i = 0; i < ending.length(); i++) {
        if (buf[count - ending.length() + i] != ending.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }
}
