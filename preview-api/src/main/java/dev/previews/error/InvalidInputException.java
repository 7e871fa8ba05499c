package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * What the user gave is wrong (an option, the Compose file, a template, a file); nothing was
 * created.
 */
public class InvalidInputException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public InvalidInputException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public InvalidInputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public InvalidInputException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
