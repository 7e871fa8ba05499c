package dev.previews.tunnel.access;

/** A token that opens nothing; the message says why, in words that may be shown to its bearer. */
public final class InvalidTokenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidTokenException(String message) {
    super(message);
  }
}
