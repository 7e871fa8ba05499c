package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * A wait ended at its deadline; the message says what was waited for, and the evidence what was
 * last seen.
 */
public class DeadlineException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public DeadlineException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public DeadlineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public DeadlineException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
