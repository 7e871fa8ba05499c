package dev.previews.error;

import org.jspecify.annotations.Nullable;

/** The calling thread was interrupted; its interrupt flag is set again. */
public class PreviewInterruptedException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public PreviewInterruptedException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public PreviewInterruptedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public PreviewInterruptedException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
