package dev.previews.compose.deployment;

import java.time.Duration;

/**
 * How often to look at what goes on by itself: as often as it is worth, but at most a tenth of the
 * time is spent with looking. To list many containers costs an engine that is busy with starting
 * them.
 */
record Pace(Duration shortest) {
  private static final int SHARE = 9;
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** The pause after a look that took so long. */
  Duration after(Duration look) {
    Duration pause = look.multipliedBy(SHARE);
    if (pause.compareTo(shortest) < 0) {
      return shortest;
    }
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
