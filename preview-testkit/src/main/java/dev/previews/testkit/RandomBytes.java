package dev.previews.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** Bytes that are random, reproducible and never all in memory, and their digest. */
final class RandomBytes {
  private static final int BLOCK = 1 << 16;

  private RandomBytes() {}

  /** Writes so many bytes. */
  static void write(long bytes, OutputStream out) throws IOException {
    SplittableRandom random = new SplittableRandom(bytes);
    byte[] block = new byte[BLOCK];
    for (long left = bytes; left > 0; left -= BLOCK) {
      random.nextBytes(block);
      out.write(block, 0, (int) Math.min(left, BLOCK));
    }
  }

  /** The digest of what {@link #write} writes. */
  static String digest(long bytes) throws IOException {
    DigestOutputStream sink = sink();
    write(bytes, sink);
    return digest(sink);
  }

  /** Keeps nothing but a SHA-256. */
  static DigestOutputStream sink() {
    try {
      return new DigestOutputStream(
          OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String digest(DigestOutputStream sink) {
    return HexFormat.of().formatHex(sink.getMessageDigest().digest());
  }
}
