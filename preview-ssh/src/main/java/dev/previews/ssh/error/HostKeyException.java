package dev.previews.ssh.error;

import dev.previews.error.ConnectionException;

/** The host's key does not prove that it is the host that is meant. Nothing was sent to it. */
public abstract class HostKeyException extends ConnectionException {
  private static final long serialVersionUID = 1L;

  private final String fingerprint;

  /** A failure over the key with this fingerprint. */
  protected HostKeyException(String message, String fingerprint) {
    super(message);
    this.fingerprint = fingerprint;
  }

  /** The fingerprint of the key that the host showed, as {@code SHA256:…}. */
  public String fingerprint() {
    return fingerprint;
  }
}
