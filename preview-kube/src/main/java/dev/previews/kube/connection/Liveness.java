package dev.previews.kube.connection;

import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.Duration;
import java.util.Map;

/** Whether a command that a signal ended was alone in that: a Pod that dies kills them all. */
record Liveness(Cluster cluster) {
  private static final int SIGNALLED = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  boolean diedWith(PodAddress pod, int exitCode) {
    if (exitCode <= SIGNALLED) {
      return false;
    }
    try {
      Answer answer = cluster.get(pod.path(""), Map.of(), Deadline.in(PATIENCE));
      return answer.notFound() || answer.ok() && !isSame(pod, answer.body());
    } catch (PreviewException e) {
      return true;
    }
  }

  private static boolean isSame(PodAddress pod, KubeObject now) {
    return now.uid().equals(pod.uid())
        && !now.deleting()
        && now.objects("status", "containerStatuses").stream()
            .filter(it -> it.text("name").equals(pod.container()))
            .anyMatch(it -> it.at("state", "running").isPresent());
  }
}
