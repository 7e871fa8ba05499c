package dev.previews.kube.connection;

import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Answer;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** Whether a command that a signal ended was alone in that: a Pod that dies kills them all. */
record Liveness(Cluster cluster) {
  private static final int SIGNALLED = 128;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What became of a command's container. */
  enum Fate {
    /** It is the one that was known. */
    SAME,
    /** It is another one, and was already when the command began. */
    OTHER,
    /** It ended while the command ran. */
    ENDED
  }

  /**
   * The fate of a container.
   *
   * @param ran how long ago the command began
   */
  Fate of(PodAddress pod, int exitCode, Duration ran) {
    if (exitCode <= SIGNALLED) {
      return Fate.SAME;
    }
    try {
      Answer answer = cluster.get(pod.path(""), Map.of(), Deadline.in(PATIENCE));
      if (answer.notFound()) {
        return Fate.ENDED;
      }
      return answer.ok() ? of(pod, answer.body(), answer.time().minus(ran)) : Fate.SAME;
    } catch (PreviewException e) {
      return Fate.ENDED;
    }
  }

  private static Fate of(PodAddress pod, KubeObject now, Instant begin) {
    Optional<KubeObject> container =
        now.objects("status", "containerStatuses").stream()
            .filter(it -> it.text("name").equals(pod.container()))
            .filter(it -> it.at("state", "running").isPresent())
            .findFirst();
    if (now.deleting() || container.isEmpty()) {
      return Fate.ENDED;
    }
    if (now.uid().equals(pod.uid())
        && container.get().text("containerID").equals(pod.containerId())) {
      return Fate.SAME;
    }
    // Both clocks tell whole seconds; in doubt it ended.
    return startOf(container.get()).isBefore(begin.truncatedTo(ChronoUnit.SECONDS))
        ? Fate.OTHER
        : Fate.ENDED;
  }

  private static Instant startOf(KubeObject container) {
    try {
      return Instant.parse(container.text("state", "running", "startedAt"));
    } catch (DateTimeException e) {
      return Instant.MAX;
    }
  }
}
