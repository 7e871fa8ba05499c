package dev.previews.compose.model;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 of texts and files, each with its length. */
final class Digest {
  private final MessageDigest sha256 = sha256();
  private boolean empty = true;

  boolean isEmpty() {
    return empty;
  }

  void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).array());
    sha256.update(bytes);
    empty = false;
  }

  /** Adds what a file holds; of a directory nothing, it is mounted as a whole. */
  void addFile(Path file) {
    if (Files.isDirectory(file)) {
      return;
    }
    MessageDigest content = sha256();
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] buffer = new byte[65536];
      int length;
      while ((length = stream.read(buffer)) >= 0) {
        content.update(buffer, 0, length);
      }
    } catch (IOException e) {
      throw new InvalidInputException("the file " + file + " cannot be read: " + e, e);
    }
    add(HexFormat.of().formatHex(content.digest()));
  }

  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  static String hex(String text) {
    Digest digest = new Digest();
    digest.add(text);
    return digest.hex();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
