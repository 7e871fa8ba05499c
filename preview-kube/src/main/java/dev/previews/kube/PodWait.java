package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the machine's Pod, and says why when it does not come: at the deadline, or earlier when
 * it cannot. It asks again and again instead of watching: a watch can miss what it waits for.
 */
final class PodWait {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration UNSCHEDULABLE = Duration.ofSeconds(60);
  private static final Duration NO_POD = Duration.ofSeconds(60);
  private static final int EVENTS = 10;
  private static final String LOG_LINES = "30";

  private final Cluster cluster;
  private final EnvironmentId id;
  private final String host;
  private final Deadline deadline;
  private final PodFinder finder;

  PodWait(Cluster cluster, EnvironmentId id, String host, Deadline deadline) {
    this.cluster = cluster;
    this.id = id;
    this.host = host;
    this.deadline = deadline;
    this.finder = new PodFinder(cluster, id);
  }

  void await(String selector) {
    Deadline patience = Deadline.in(NO_POD);
    @Nullable Deadline scheduling = null;
    while (true) {
      Optional<KubeObject> pod = finder.pods(selector, deadline).stream().findFirst();
      if (pod.isEmpty()) {
        if (patience.passed()) {
          throw failure("it has no Pod", events(host), null);
        }
        deadline.pause(PAUSE, "the Pod of " + id, () -> "no Pod yet\n" + events(host));
        continue;
      }
      PodReport report = new PodReport(pod.get());
      if (report.ready()) {
        return;
      }
      report.hopeless().ifPresent(why -> fail(why, pod.get()));
      if (report.unschedulable().isEmpty()) {
        scheduling = null;
      } else if (scheduling == null) {
        scheduling = Deadline.in(UNSCHEDULABLE);
      } else if (scheduling.passed()) {
        fail(report.unschedulable().get(), pod.get());
      }
      deadline.pause(PAUSE, "the Pod of " + id, () -> report.state() + "\n" + evidence(pod.get()));
    }
  }

  private void fail(String why, KubeObject pod) {
    throw failure("its Pod cannot become ready: " + why, evidence(pod), null);
  }

  private RemoteCommandException failure(String why, String evidence, @Nullable Throwable cause) {
    return new RemoteCommandException(
        "the machine of "
            + id
            + " in the namespace '"
            + cluster.namespace()
            + "' does not start: "
            + why,
        evidence,
        cause);
  }

  /** The deadline has perhaps passed, and the reason is still worth a moment. */
  private String evidence(KubeObject pod) {
    return (events(pod.name()) + "\n" + logs(pod)).strip();
  }

  private String events(String name) {
    String path = new Resources(cluster).path("v1/events");
    Map<String, String> query = Map.of("fieldSelector", "involvedObject.name=" + name);
    try {
      List<KubeObject> events =
          cluster.get(path, query, moment()).orThrow().objects("items").stream()
              .sorted(Comparator.comparing((KubeObject it) -> it.text("lastTimestamp")))
              .toList();
      return events.stream()
          .skip(Math.max(0, events.size() - EVENTS))
          .map(it -> "event " + it.text("reason") + ": " + it.text("message"))
          .collect(Collectors.joining("\n"));
    } catch (RuntimeException e) {
      return "(no events: " + e.getMessage() + ")";
    }
  }

  private String logs(KubeObject pod) {
    StringBuilder text = new StringBuilder();
    for (KubeObject container : pod.objects("status", "containerStatuses")) {
      boolean waits = container.at("state", "waiting").isPresent();
      if (waits && container.number("restartCount") == 0) {
        continue;
      }
      String log =
          cluster.text(
              new Resources(cluster).path("v1/pods", pod.name()) + "/log",
              Map.of(
                  "container", container.text("name"),
                  "tailLines", LOG_LINES,
                  "previous", String.valueOf(waits)),
              moment());
      if (!log.isBlank()) {
        text.append("log of ").append(container.text("name")).append(":\n").append(log);
      }
    }
    return text.toString();
  }

  private static Deadline moment() {
    return Deadline.in(Duration.ofSeconds(5));
  }
}
