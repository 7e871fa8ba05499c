package dev.previews.machines;

/**
 * A Pod of one container, as it was when somebody looked.
 *
 * @param uid another one of the same name has another
 * @param ready whether it can be used
 * @param restarts how often its container ended and began anew
 */
public record TestPod(String uid, boolean ready, int restarts) {
  /** For {@code kubectl get pods}: what {@link #parse} reads, a line for each. */
  static final String COLUMNS =
      "{range .items[*]}{.metadata.uid},{.status.conditions[?(@.type==\"Ready\")].status},"
          + "{.status.containerStatuses[0].restartCount}{\"\\n\"}{end}";

  /** One that was never started has neither conditions nor containers. */
  static TestPod parse(String line) {
    String[] columns = line.split(",", -1);
    return new TestPod(
        columns[0],
        columns[1].equals("True"),
        columns[2].isEmpty() ? 0 : Integer.parseInt(columns[2]));
  }
}
