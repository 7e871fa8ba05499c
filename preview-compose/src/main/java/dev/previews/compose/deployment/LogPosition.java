package dev.previews.compose.deployment;

import java.time.Instant;

/**
 * How far a container's log was read, so that it can be read on after the container has started
 * again. Within one reading nothing is left out, whatever the times say: a container's two outputs
 * are stamped apart, so that lines may come out of order or with the same time. The engine is asked
 * by whole seconds, so that what was read of the latest one comes again, in the same order.
 */
final class LogPosition {
  private Instant latest = Instant.EPOCH;
  private int ofLatestSecond;
  private int comesAgain;

  /** Seconds since the epoch from which to read; 0 for the beginning. */
  int since() {
    return (int) latest.getEpochSecond();
  }

  /** The log is read from {@link #since} now. */
  void again() {
    comesAgain = ofLatestSecond;
  }

  /** Whether the next line, of this time, was not read before. */
  boolean isNew(Instant time) {
    if (comesAgain > 0 && time.getEpochSecond() >= since() && !time.isAfter(latest)) {
      comesAgain--;
      return false;
    }
    if (time.getEpochSecond() > since()) {
      ofLatestSecond = 0;
    }
    if (time.getEpochSecond() >= since()) {
      ofLatestSecond++;
    }
    if (time.isAfter(latest)) {
      latest = time;
    }
    return true;
  }
}
