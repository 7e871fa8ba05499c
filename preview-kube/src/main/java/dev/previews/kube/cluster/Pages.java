package dev.previews.kube.cluster;

import dev.previews.exec.Deadline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A collection read a page at a time. */
final class Pages {
  private static final int SIZE = 500;

  private final Cluster cluster;

  Pages(Cluster cluster) {
    this.cluster = cluster;
  }

  Listing list(String path, Map<String, String> query, Deadline deadline) {
    List<KubeObject> all = new ArrayList<>();
    Map<String, String> next = new LinkedHashMap<>(query);
    next.put("limit", String.valueOf(SIZE));
    while (true) {
      Answer answer = cluster.get(path, next, deadline);
      if (answer.status() == 410 && next.containsKey("continue")) {
        // The list is older than what the server keeps: begin anew.
        all.clear();
        next.remove("continue");
        continue;
      }
      if (answer.ok()) {
        all.addAll(answer.body().objects("items"));
      }
      String more = answer.ok() ? answer.body().text("metadata", "continue") : "";
      if (more.isEmpty()) {
        return new Listing(all, answer);
      }
      next.put("continue", more);
    }
  }
}
