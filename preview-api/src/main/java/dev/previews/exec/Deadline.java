package dev.previews.exec;

import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewInterruptedException;
import java.time.Duration;
import java.util.function.Supplier;

/** A moment by which something must have happened, on the monotonic clock. */
public final class Deadline {
  private final long nanoTime;
  private final Duration total;

  private Deadline(Duration total) {
    this.total = total;
    this.nanoTime = System.nanoTime() + saturatedNanos(total);
  }

  /** The moment {@code duration} from now; durations beyond a century count as a century. */
  public static Deadline in(Duration duration) {
    return new Deadline(duration);
  }

  private static long saturatedNanos(Duration duration) {
    Duration century = Duration.ofDays(36500);
    return (duration.compareTo(century) > 0 ? century : duration).toNanos();
  }

  /** What is left; zero when it has passed, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** Whether it has passed. */
  public boolean passed() {
    return nanoTime - System.nanoTime() <= 0;
  }

  /** What is left, but at most {@code most}: for a wait inside a longer one. */
  public Duration remaining(Duration most) {
    Duration left = remaining();
    return left.compareTo(most) < 0 ? left : most;
  }

  /** This one or {@code duration} from now, whichever comes first. */
  public Deadline within(Duration duration) {
    return remaining().compareTo(duration) <= 0 ? this : in(duration);
  }

  /**
   * Waits {@code pause}, or until the deadline if that comes first.
   *
   * @param waitingFor what is waited for, for the message
   * @param lastSeen asked when the deadline has passed: what was seen last
   * @throws DeadlineException when the deadline has passed already
   * @throws PreviewInterruptedException when the thread is interrupted
   */
  public void pause(Duration pause, String waitingFor, Supplier<String> lastSeen) {
    if (passed()) {
      throw expired(waitingFor, lastSeen.get());
    }
    try {
      Thread.sleep(Math.max(1, remaining(pause).toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while waiting for " + waitingFor, e);
    }
  }

  /**
   * The exception that says that this deadline passed, what was waited for and what was seen last.
   */
  public DeadlineException expired(String waitingFor, String lastSeen) {
    return new DeadlineException(
        "gave up after " + text(total) + " waiting for " + waitingFor, lastSeen, null);
  }

  private static String text(Duration duration) {
    return duration.toMillis() < 10_000 ? duration.toMillis() + " ms" : duration.toSeconds() + " s";
  }

  @Override
  public String toString() {
    return text(remaining()) + " of " + text(total) + " left";
  }
}
