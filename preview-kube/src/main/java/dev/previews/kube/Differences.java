package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What a template says otherwise than it did when an object was created. */
final class Differences {
  private static final int LONGEST = 60;
  private static final String NONE = "(none)";

  private final Map<String, String> stored;
  private final Map<String, String> wanted;
  private final Map<String, String> before;
  private final boolean secret;

  private Differences(KubeObject is, KubeObject wanted) {
    this.stored = Fields.of(is).values();
    this.wanted = Fields.of(wanted).values();
    this.before = Fields.read(is.annotations().getOrDefault(Ownership.FIELDS, ""));
    this.secret = wanted.kind().equals("Secret");
  }

  /** One line for each field: changed, new or removed. What the server filled in is ignored. */
  static List<String> between(KubeObject is, KubeObject wanted) {
    return new Differences(is, wanted).lines();
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    TreeSet<String> paths = new TreeSet<>(before.keySet());
    paths.addAll(wanted.keySet());
    for (String path : paths) {
      if (differs(path)) {
        lines.add(path + ": " + text(path, stored) + " -> " + text(path, wanted));
      }
    }
    return lines;
  }

  private boolean differs(String path) {
    String now = wanted.get(path);
    if (before.isEmpty()) {
      // Nothing was recorded: what is there may differ from what was asked for, but it is all we
      // have.
      return now != null && !now.equals(stored.get(path));
    }
    return now == null || !Fields.digest(now).equals(before.get(path));
  }

  private String text(String path, Map<String, String> values) {
    String value = values.getOrDefault(path, NONE);
    if (secret && !value.equals(NONE)) {
      return "(secret)";
    }
    String text = value.replace('\n', ' ');
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }
}
