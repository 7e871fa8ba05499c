package dev.previews.error;

import org.jspecify.annotations.Nullable;

/** The engine or the machine cannot be reached, or the connection to it was lost half-way. */
public class ConnectionException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public ConnectionException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public ConnectionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public ConnectionException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
