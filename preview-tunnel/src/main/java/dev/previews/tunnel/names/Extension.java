package dev.previews.tunnel.names;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a gateway takes beyond the Preevy tunnel protocol. It lists them in its answer to {@code
 * hello}; a Preevy tunnel server lists none.
 */
public enum Extension {
  /** A parameter of a link lets into a private service. */
  ACCESS_LINK("access-link"),
  /** A tunnel may be asked for as a name and a port, where a path is too short for it. */
  NAMED_FORWARD("named-forward");

  private final String word;

  Extension(String word) {
    this.word = word;
  }

  /** What it is called in the answer. */
  public String word() {
    return word;
  }

  /** The one that is called so; empty when it is none that we know. */
  public static Optional<Extension> of(String word) {
    return Arrays.stream(values()).filter(it -> it.word.equals(word)).findFirst();
  }
}
