package dev.previews.gateway.tunnels;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A text that can be looked at so many times only: a client's pattern must not keep the gateway
 * busy.
 */
record BoundedText(String text, AtomicInteger left) implements CharSequence {
  private static final int LOOKS = 100_000;

  BoundedText(String text) {
    this(text, new AtomicInteger(LOOKS));
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public char charAt(int index) {
    if (left.decrementAndGet() < 0) {
      throw new SpentException();
    }
    return text.charAt(index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new BoundedText(text.substring(start, end), left);
  }

  @Override
  public String toString() {
    return text;
  }

  /** It was looked at too often. */
  static final class SpentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpentException() {
      super("too many looks", null, false, false);
    }
  }
}
