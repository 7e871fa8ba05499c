package dev.previews.kube;

import dev.previews.exec.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long something may go on without a break before it counts. */
final class Grace {
  private final Duration time;
  private @Nullable Deadline end;

  Grace(Duration time) {
    this.time = time;
  }

  /** Whether it has gone on for too long, given whether it still does. */
  boolean isOver(boolean goesOn) {
    if (!goesOn) {
      end = null;
      return false;
    }
    Deadline known = end;
    if (known == null) {
      end = Deadline.in(time);
      return false;
    }
    return known.passed();
  }
}
