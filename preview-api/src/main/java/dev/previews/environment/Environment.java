package dev.previews.environment;

import java.time.Instant;
import java.util.Locale;

/**
 * An environment as {@code list()} shows it.
 *
 * @param id its id
 * @param driver the scheme of the driver that holds it ("docker", "kube", "ssh")
 * @param owner who brought it up
 * @param created when it was created; to the second
 * @param state what its machine does
 * @param detail what the state means, in words, where there is something to say ("image cannot be
 *     pulled"); else empty
 */
public record Environment(
    EnvironmentId id, String driver, String owner, Instant created, State state, String detail) {
  /** What the machine of an environment does. */
  public enum State {
    /** Its engine can be used. */
    RUNNING,
    /** It is on its way up. */
    STARTING,
    /** It is stopped, or broken; {@code up} mends it. */
    STOPPED,
    /** It is on its way down. */
    REMOVING
  }

  /**
   * In one line: id, state, driver, owner, when it was created, and the detail where there is one.
   */
  @Override
  public String toString() {
    String text =
        id
            + " "
            + state.name().toLowerCase(Locale.ROOT)
            + " on "
            + driver
            + ", of "
            + owner
            + ", since "
            + created;
    return detail.isEmpty() ? text : text + ": " + detail;
  }
}
