package dev.previews.ssh.error;

import dev.previews.error.ConnectionException;
import org.jspecify.annotations.Nullable;

/** The host accepts none of the user's keys. */
public final class AuthenticationException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  /** A failure with what was tried as its evidence. */
  public AuthenticationException(String message, String evidence, @Nullable Throwable cause) {
    super(message, evidence, cause);
  }
}
