package dev.previews.tunnel;

/** Who may open a service's URL. */
public enum Access {
  /** Everybody. */
  PUBLIC,
  /** Who has a link of {@code Preview.accessUrl}, or another token of the tunnel's key. */
  PRIVATE
}
