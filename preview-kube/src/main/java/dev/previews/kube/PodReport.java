package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a Pod says about itself. */
record PodReport(KubeObject pod) {
  private static final Set<String> HOPELESS =
      Set.of("ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError");
  private static final int RESTARTS_OF_A_CRASH_LOOP = 2;

  boolean ready() {
    return condition("Ready").map(it -> it.text("status").equals("True")).orElse(false);
  }

  /** In a few words: what it waits for. */
  String state() {
    List<String> parts = new ArrayList<>();
    parts.add("Pod " + pod.name() + " is " + pod.text("status", "phase"));
    condition("PodScheduled")
        .filter(it -> it.text("status").equals("False"))
        .ifPresent(it -> parts.add(it.text("reason") + ": " + it.text("message")));
    containers()
        .forEach(
            it -> {
              String reason = it.text("state", "waiting", "reason");
              String message = it.text("state", "waiting", "message");
              if (!reason.isEmpty()) {
                parts.add(
                    "container "
                        + it.text("name")
                        + ": "
                        + reason
                        + (message.isEmpty() ? "" : ": " + message));
              } else if (!it.text("ready").equals("true")) {
                parts.add("container " + it.text("name") + " is not ready");
              }
            });
    return String.join("; ", parts);
  }

  /** Why it will never be ready; empty while it may. */
  Optional<String> hopeless() {
    return containers()
        .flatMap(
            it -> {
              String reason = it.text("state", "waiting", "reason");
              String message = it.text("state", "waiting", "message");
              boolean missing =
                  reason.equals("ImagePullBackOff")
                      || reason.equals("ErrImagePull") && message.contains("not found");
              boolean looping =
                  reason.equals("CrashLoopBackOff")
                      && it.number("restartCount") >= RESTARTS_OF_A_CRASH_LOOP;
              return missing || looping || HOPELESS.contains(reason)
                  ? Stream.of("container " + it.text("name") + ": " + reason + " " + message)
                  : Stream.empty();
            })
        .findFirst();
  }

  /** Why it has no node; empty when it has one. */
  Optional<String> unschedulable() {
    return condition("PodScheduled")
        .filter(it -> it.text("reason").equals("Unschedulable"))
        .map(it -> it.text("message"));
  }

  private Stream<KubeObject> containers() {
    return Stream.concat(
        pod.objects("status", "initContainerStatuses").stream(),
        pod.objects("status", "containerStatuses").stream());
  }

  private Optional<KubeObject> condition(String type) {
    return pod.objects("status", "conditions").stream()
        .filter(it -> it.text("type").equals(type))
        .findFirst();
  }
}
