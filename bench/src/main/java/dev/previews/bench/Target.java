package dev.previews.bench;

import java.util.Locale;

/** What a figure must be, against its baseline of the same run. */
record Target(String text, Check check) {
  /** Whether a median of ours is good enough beside the baseline's; both in seconds. */
  interface Check {
    boolean met(double ours, double baseline);
  }

  /** For figures that are shown and promise nothing. */
  static final Target NONE = new Target("", (ours, baseline) -> true);

  static Target times(double ratio) {
    return new Target(text("≤ %.2f ×", ratio), (ours, baseline) -> ours <= ratio * baseline);
  }

  static Target above(double seconds) {
    return new Target(
        text("≤ %.2f s above", seconds), (ours, baseline) -> ours <= baseline + seconds);
  }

  static Target atMost(double seconds) {
    return new Target(text("≤ %.2f s", seconds), (ours, baseline) -> ours <= seconds);
  }

  private static String text(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  String verdict(double ours, double baseline) {
    return text.isEmpty() ? "" : check.met(ours, baseline) ? "met" : "MISSED";
  }
}
