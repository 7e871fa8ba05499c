package dev.previews.compose.cli;

/** A child process used more than it may, and was ended. */
public final class LimitExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LimitExceededException(String message) {
    super(message);
  }
}
