package dev.previews.gateway.tunnels;

/** A name that its claimant does not get; the message says why. */
public final class ClaimRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Refused for this reason. */
  public ClaimRefusedException(String message) {
    super(message);
  }
}
