package dev.previews.ssh.error;

/** The host shows another key than known_hosts has, or one that is revoked there. */
public final class ChangedHostKeyException extends HostKeyException {
  private static final long serialVersionUID = 1L;

  /** A failure over the key with this fingerprint. */
  public ChangedHostKeyException(String message, String fingerprint) {
    super(message, fingerprint);
  }
}
