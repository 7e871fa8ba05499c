package dev.previews.kube;

import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the cluster knows about a Pod, or about one that does not come: events and logs. A reason is
 * worth a moment even when the deadline has passed, and what cannot be read hides no other reason.
 */
final class PodEvidence {
  private static final Duration MOMENT = Duration.ofSeconds(5);
  private static final int EVENTS = 10;
  private static final String LOG_LINES = "30";

  private final Cluster cluster;
  private final Resources resources;

  PodEvidence(Cluster cluster) {
    this.cluster = cluster;
    this.resources = new Resources(cluster);
  }

  /** The last events of a Pod and of its volumes' claims, and the ends of its containers' logs. */
  String of(KubeObject pod) {
    return Stream.concat(
            Stream.concat(
                Stream.of(events(pod.name())),
                pod.objects("spec", "volumes").stream()
                    .map(it -> it.text("persistentVolumeClaim", "claimName"))
                    .filter(it -> !it.isEmpty())
                    .map(this::events)),
            Stream.of(logs(pod)))
        .filter(it -> !it.isBlank())
        .collect(Collectors.joining("\n"));
  }

  /** The last events of an object. */
  String events(String name) {
    try {
      List<KubeObject> events = list("involvedObject.name=" + name);
      return events.stream()
          .skip(Math.max(0, events.size() - EVENTS))
          .map(it -> "event " + it.text("reason") + ": " + it.text("message"))
          .collect(Collectors.joining("\n"));
    } catch (RuntimeException e) {
      return "(no events: " + e.getMessage() + ")";
    }
  }

  /** What is known when a Deployment or StatefulSet has made no Pod. */
  String ofMissingPod(String host) {
    return (events(host) + "\n" + refusal(host).orElse("")).strip();
  }

  /**
   * Why the cluster lets a Deployment or StatefulSet make no Pod: a quota, or what the namespace
   * forbids. A Deployment's replica set is named after it, and is what has the events.
   */
  Optional<String> refusal(String host) {
    try {
      return list("reason=FailedCreate").stream()
          .filter(it -> isOf(host, it.text("involvedObject", "name")))
          .map(it -> it.text("message"))
          .filter(it -> it.contains("forbidden") || it.contains("exceeded quota"))
          .reduce((earlier, later) -> later);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static boolean isOf(String host, String name) {
    return name.equals(host) || name.startsWith(host + "-");
  }

  private List<KubeObject> list(String selector) {
    return cluster
        .get(resources.path("v1/events"), Map.of("fieldSelector", selector), moment())
        .orThrow()
        .objects("items")
        .stream()
        .sorted(Comparator.comparing((KubeObject it) -> it.text("lastTimestamp")))
        .toList();
  }

  private String logs(KubeObject pod) {
    return Stream.of("initContainerStatuses", "containerStatuses")
        .flatMap(it -> pod.objects("status", it).stream())
        .filter(it -> !waits(it) || it.number("restartCount") > 0)
        .map(it -> log(pod, it))
        .filter(it -> !it.isBlank())
        .collect(Collectors.joining("\n"));
  }

  private static boolean waits(KubeObject container) {
    return container.at("state", "waiting").isPresent();
  }

  private String log(KubeObject pod, KubeObject container) {
    String name = container.text("name");
    Map<String, String> query =
        Map.of(
            "container", name,
            "tailLines", LOG_LINES,
            "previous", String.valueOf(waits(container)));
    try {
      String log =
          cluster.text(resources.path("v1/pods", pod.name()) + "/log", query, moment()).strip();
      return log.isEmpty() ? "" : "log of " + name + ":\n" + log;
    } catch (RuntimeException e) {
      return "(no log of " + name + ": " + e.getMessage() + ")";
    }
  }

  private static Deadline moment() {
    return Deadline.in(MOMENT);
  }
}
