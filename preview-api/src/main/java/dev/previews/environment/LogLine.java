package dev.previews.environment;

import java.time.Instant;

/**
 * A line that a container printed.
 *
 * @param time when, by the engine's clock
 * @param container the container's name
 * @param stderr whether it went to standard error
 * @param text the line, without its end; bytes that are not UTF-8 are replaced
 */
public record LogLine(Instant time, String container, boolean stderr, String text) {
  /** As Compose prints it: the container, and what it said. */
  @Override
  public String toString() {
    return container + " | " + text;
  }
}
