package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits for the machine's Pod, and says why when it does not come: at the deadline, or earlier when
 * it cannot. It asks again and again instead of watching: a watch can miss what it waits for.
 */
final class PodWait {
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration MOMENT = Duration.ofSeconds(5);
  private static final Duration NO_POD = Duration.ofSeconds(60);

  /** How long no Pod is no surprise. */
  private static final Duration SOON = Duration.ofSeconds(2);

  /** What was replaced may hold for a moment what the new Pod needs. */
  private static final Duration REFUSED = Duration.ofSeconds(10);

  /** A registry may be away for a moment; the cluster tries three times in this one. */
  private static final Duration NO_IMAGE = Duration.ofSeconds(40);

  private final Cluster cluster;
  private final EnvironmentId id;
  private final String host;
  private final Duration schedulingTimeout;
  private final Deadline deadline;
  private final PodFinder finder;
  private final PodEvidence evidence;

  /**
   * A wait.
   *
   * @param host the name of the Deployment or StatefulSet that makes the Pod
   */
  PodWait(
      Cluster cluster,
      EnvironmentId id,
      String host,
      Duration schedulingTimeout,
      Deadline deadline) {
    this.cluster = cluster;
    this.schedulingTimeout = schedulingTimeout;
    this.id = id;
    this.host = host;
    this.deadline = deadline;
    this.finder = new PodFinder(cluster, id);
    this.evidence = new PodEvidence(cluster);
  }

  void await(String selector) {
    Grace podless = new Grace(NO_POD);
    Grace soon = new Grace(SOON);
    Grace refused = new Grace(REFUSED);
    Grace unscheduled = new Grace(schedulingTimeout);
    Grace unpulled = new Grace(NO_IMAGE);
    while (true) {
      Optional<KubeObject> pod = finder.pods(selector, deadline).stream().findFirst();
      if (pod.isEmpty()) {
        boolean over = podless.isOver(true);
        Optional<String> refusal = soon.isOver(true) ? evidence.refusal(host) : Optional.empty();
        if (refused.isOver(refusal.isPresent()) || over) {
          throw failure(
              "it has no Pod" + refusal.map(it -> ": " + it).orElse(""), evidence.events(host));
        }
        deadline.pause(
            PAUSE, "the Pod of " + id, () -> "no Pod yet\n" + evidence.ofMissingPod(host));
        continue;
      }
      PodReport report = new PodReport(pod.get());
      if (report.up()) {
        return;
      }
      report.hopeless().ifPresent(why -> fail(why, pod.get()));
      if (unscheduled.isOver(report.unschedulable().isPresent())) {
        fail(report.unschedulable().orElse(""), pod.get());
      }
      if (unpulled.isOver(report.unpulled().isPresent())) {
        fail(report.unpulled().orElse(""), pod.get());
      }
      deadline.pause(
          PAUSE, "the Pod of " + id, () -> report.state() + "\n" + evidence.of(pod.get()));
    }
  }

  /** What the cluster knows about the Pod; worth a moment although the deadline has passed. */
  String evidence(String selector) {
    try {
      return finder.pods(selector, Deadline.in(MOMENT)).stream()
          .findFirst()
          .map(evidence::of)
          .orElse("there is no Pod");
    } catch (RuntimeException e) {
      return "(nothing is known of the Pod: " + e.getMessage() + ")";
    }
  }

  private void fail(String why, KubeObject pod) {
    throw failure("its Pod cannot become ready: " + why, evidence.of(pod));
  }

  private RemoteCommandException failure(String why, String said) {
    return new RemoteCommandException(
        "the machine of "
            + id
            + " in the namespace '"
            + cluster.namespace()
            + "' does not start: "
            + why,
        said,
        null);
  }
}
