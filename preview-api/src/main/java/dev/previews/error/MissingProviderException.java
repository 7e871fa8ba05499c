package dev.previews.error;

import org.jspecify.annotations.Nullable;

/**
 * Something that provides a driver, a deployer or a tunnel is not on the class path, or two of them
 * fit; the message names the artifact to add or remove.
 */
public class MissingProviderException extends PreviewException {
  private static final long serialVersionUID = 1L;

  /** A failure with nothing more to show than its message. */
  public MissingProviderException(String message) {
    super(message);
  }

  /** A failure with a cause. */
  public MissingProviderException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A failure with what the remote side said, and a cause or null. */
  public MissingProviderException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
