package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * A command on the machine, or an answer of its engine, reported a failure; the evidence is its
 * last output.
 */
public class RemoteCommandException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public RemoteCommandException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public RemoteCommandException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public RemoteCommandException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
