package dev.previews.progress;

/**
 * Hears what happens. Calls come one at a time, from any thread, and hold the work up: a listener
 * returns quickly. What it throws is logged and otherwise ignored.
 */
@FunctionalInterface
public interface ProgressListener {
  /** Called for each event. */
  void on(ProgressEvent event);

  /** A listener that does nothing: the default. */
  static ProgressListener none() {
    return event -> {};
  }
}
