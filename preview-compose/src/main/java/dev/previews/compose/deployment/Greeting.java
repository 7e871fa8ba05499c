package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * What the command that holds a {@link Lease} prints: a line with the machine's key, what an
 * earlier run noted, and as its end the key's line once more. Who reads knows the end from the
 * first line on; so what was noted may be anything, and need not end with a line break. When the
 * first line is no key, nothing follows.
 */
final class Greeting extends OutputStream {
  private final CompletableFuture<Optional<String>> key = new CompletableFuture<>();
  private final CompletableFuture<Optional<String>> noted = new CompletableFuture<>();

  /** A character for each byte. */
  private final StringBuilder text = new StringBuilder();

  private String end = "";

  /** The first line; empty when the command ended without one. */
  Future<Optional<String>> key() {
    return key;
  }

  /**
   * What was noted, whole; empty when the command ended before. Where there is no key, it is an
   * empty text.
   */
  Future<Optional<String>> noted() {
    return noted;
  }

  @Override
  public void write(int character) {
    if (noted.isDone()) {
      return;
    }
    text.append((char) (character & 0xff));
    if (character == '\n') {
      if (end.isEmpty()) {
        first();
      } else if (text.length() >= end.length()
          && text.indexOf(end, text.length() - end.length()) >= 0) {
        text.setLength(text.length() - end.length());
        noted.complete(Optional.of(new String(text.toString().getBytes(ISO_8859_1), UTF_8)));
      }
    }
  }

  private void first() {
    end = text.toString();
    text.setLength(0);
    String line = end.substring(0, end.length() - 1);
    if (!ContentKey.isKey(line)) {
      noted.complete(Optional.of(""));
    }
    key.complete(Optional.of(line));
  }

  /** Nothing more comes: the command has ended. */
  void ended() {
    key.complete(Optional.empty());
    noted.complete(Optional.empty());
  }
}
