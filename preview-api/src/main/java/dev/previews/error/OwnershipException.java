package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * An object of the needed name exists and belongs to somebody else; the message names both owners.
 * It was not touched.
 */
public class OwnershipException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public OwnershipException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public OwnershipException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public OwnershipException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
