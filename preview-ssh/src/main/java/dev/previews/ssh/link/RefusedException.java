package dev.previews.ssh.link;

import java.io.IOException;

/** The host did not open a channel; the connection itself is well. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean forbidden;

  RefusedException(String message, boolean forbidden, Throwable cause) {
    super(message, cause);
    this.forbidden = forbidden;
  }

  /** Whether the host forbids channels of this kind, or does not know them. */
  public boolean isForbidden() {
    return forbidden;
  }
}
