package dev.previews.compose.deployment;

import java.time.Duration;

/**
 * How often to look at what goes on by itself: to list many containers costs an engine that is busy
 * with starting them.
 *
 * @param shortest the pause after a look that took no time
 * @param looks the pause is at least as long as so many looks
 */
record Pace(Duration shortest, int looks) {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** The pause after a look that took so long. */
  Duration after(Duration look) {
    Duration pause = look.multipliedBy(looks);
    if (pause.compareTo(shortest) < 0) {
      return shortest;
    }
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
