package dev.previews.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The figures, each beside its baseline: medians in seconds, and their ratio. */
final class Table {
  private final List<String> rows = new ArrayList<>();

  void row(String what, List<Double> ours, String baseline, List<Double> theirs, String target) {
    double our = median(ours);
    double their = median(theirs);
    rows.add(
        String.format(
            Locale.ROOT,
            "| %-46s | %8.2f | %-30s | %8.2f | %6.2f | %s |",
            what,
            our,
            baseline,
            their,
            our / their,
            target));
  }

  void note(String text) {
    rows.add("  " + text);
  }

  void print() {
    System.out.printf(
        "| %-46s | %8s | %-30s | %8s | %6s | target |%n",
        "medians, seconds", "ours", "by hand", "by hand", "ratio");
    rows.forEach(System.out::println);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
