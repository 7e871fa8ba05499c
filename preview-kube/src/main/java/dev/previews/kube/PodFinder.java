package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.NotFoundException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.KubeObject;
import dev.previews.kube.connection.PodAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the Pod that is an environment's machine at the moment. */
final class PodFinder {
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

  private final Cluster cluster;
  private final EnvironmentId id;

  PodFinder(Cluster cluster, EnvironmentId id) {
    this.cluster = cluster;
    this.id = id;
  }

  /** Its Pod, as soon as there is one that runs. */
  PodAddress find(String selector, Deadline deadline) {
    while (true) {
      List<KubeObject> pods = pods(selector, deadline);
      if (pods.isEmpty()) {
        throw new NotFoundException(
            "the environment "
                + id
                + " has no Pod in the namespace '"
                + cluster.namespace()
                + "': bring it up again");
      }
      Optional<KubeObject> running = pods.stream().filter(PodFinder::runs).findFirst();
      if (running.isPresent()) {
        return address(running.get());
      }
      deadline.pause(PAUSE, "a running Pod of " + id, () -> new PodReport(pods.get(0)).state());
    }
  }

  /** Its Pods that nobody has deleted, the newest first. */
  List<KubeObject> pods(String selector, Deadline deadline) {
    return new Resources(cluster)
        .list("v1/pods", selector, deadline).stream()
            .filter(it -> !it.deleting())
            .sorted(
                Comparator.comparing((KubeObject it) -> it.text("metadata", "creationTimestamp"))
                    .reversed())
            .toList();
  }

  private static boolean runs(KubeObject pod) {
    return status(pod).filter(it -> it.at("state", "running").isPresent()).isPresent();
  }

  private static PodAddress address(KubeObject pod) {
    return new PodAddress(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        container(pod),
        status(pod).map(it -> it.text("containerID")).orElse(""));
  }

  private static Optional<KubeObject> status(KubeObject pod) {
    String container = container(pod);
    return pod.objects("status", "containerStatuses").stream()
        .filter(it -> it.text("name").equals(container))
        .findFirst();
  }

  private static String container(KubeObject pod) {
    String chosen = pod.annotations().get(DEFAULT_CONTAINER);
    return chosen != null ? chosen : pod.objects("spec", "containers").get(0).text("name");
  }
}
