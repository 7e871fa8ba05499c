package dev.previews.ssh.error;

/** No known_hosts file has a key of the host. */
public final class UnknownHostKeyException extends HostKeyException {
  private static final long serialVersionUID = 1L;

  /** A failure over the key with this fingerprint. */
  public UnknownHostKeyException(String message, String fingerprint) {
    super(message, fingerprint);
  }
}
