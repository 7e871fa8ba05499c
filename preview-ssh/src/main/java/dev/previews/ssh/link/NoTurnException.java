package dev.previews.ssh.link;

import dev.previews.error.DeadlineException;

/** The host is there, but others had all the sessions that its sshd allows for all the time. */
public final class NoTurnException extends DeadlineException {
  private static final long serialVersionUID = 1L;

  NoTurnException(DeadlineException wait) {
    super(wait.getMessage(), wait);
  }
}
