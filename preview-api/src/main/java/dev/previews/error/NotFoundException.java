package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * The environment, service or port that was asked for does not exist; the message lists those that
 * do.
 */
public class NotFoundException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public NotFoundException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public NotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public NotFoundException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
