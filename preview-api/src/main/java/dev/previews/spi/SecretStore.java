package dev.previews.spi;

import java.util.Optional;

/**
 * A place for a few small secrets, that everybody who may read it shares. What is kept first stays.
 * Thread-safe.
 */
public interface SecretStore extends AutoCloseable {
  /**
   * What is kept under a key.
   *
   * @throws dev.previews.error.PreviewException when that cannot be told, or is not safe there
   */
  Optional<String> get(String key);

  /**
   * Keeps a value, unless there is one: of several that come at once, one is kept.
   *
   * @param key of letters, digits, {@code .}, {@code -} and {@code _}
   * @return what is kept from now on
   * @throws dev.previews.error.PreviewException when it cannot be kept
   */
  String putIfAbsent(String key, String value);

  /** Where a key's value is, for a message that says what to look at or to remove. */
  String place(String key);

  /** Releases what is held in this JVM. Closing twice is harmless. */
  @Override
  void close();
}
