package dev.previews.kube.connection;

import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
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
      return answer.notFound() || answer.ok() && (answer.body().deleting() || !runs(pod, answer));
    } catch (PreviewException e) {
      return true;
    }
  }

  private static boolean runs(PodAddress pod, Answer answer) {
    return answer.body().objects("status", "containerStatuses").stream()
        .anyMatch(
            it -> it.text("name").equals(pod.container()) && it.at("state", "running").isPresent());
  }
}
