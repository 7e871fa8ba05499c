package dev.previews.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The figures, each beside its baseline: medians in seconds, their ratio, and whether the target is
 * met. Printed as Markdown.
 */
final class Table {
  private final List<String> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private boolean missed;

  void row(String what, List<Double> ours, String baseline, List<Double> theirs, Target target) {
    double our = median(ours);
    double their = median(theirs);
    String verdict = target.verdict(our, their);
    missed |= verdict.equals("MISSED");
    rows.add(
        String.format(
            Locale.ROOT,
            "| %-46s | %8.2f | %-30s | %8.2f | %6.2f | %-14s | %-6s |",
            what,
            our,
            baseline.replace("|", "\\|"),
            their,
            our / their,
            target.text(),
            verdict));
  }

  /** The most heap that the last rows took. */
  void heap(String what, PeakHeap heap, long target) {
    boolean met = heap.megabytes() <= target;
    missed |= !met;
    note(
        String.format(
            Locale.ROOT,
            "heap in use after a collection, %s: %d MB at most (≤ %d MB: %s), -Xmx%dm",
            what,
            heap.megabytes(),
            target,
            met ? "met" : "MISSED",
            Runtime.getRuntime().maxMemory() / (1024 * 1024)));
  }

  void note(String text) {
    notes.add(text);
  }

  /** Prints the table; false when a target was missed. */
  boolean print() {
    System.out.printf(
        "| %-46s | %8s | %-30s | %8s | %6s | %-14s | %-6s |%n",
        "medians, seconds", "ours", "by hand", "by hand", "ratio", "target", "");
    System.out.println("|---|--:|---|--:|--:|---|---|");
    rows.forEach(System.out::println);
    System.out.println();
    notes.forEach(note -> System.out.println("- " + note));
    return !missed;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
