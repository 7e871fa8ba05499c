package dev.previews.kube;

import dev.previews.kube.cluster.KubeObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a Pod says about itself. */
record PodReport(KubeObject pod) {
  private static final Set<String> HOPELESS =
      Set.of("ErrImageNeverPull", "InvalidImageName", "CreateContainerConfigError");
  private static final Set<String> PULLING = Set.of("ErrImagePull", "ImagePullBackOff");

  /** What no later attempt mends; a registry that is away for a moment is none of it. */
  private static final Pattern NO_SUCH_IMAGE =
      Pattern.compile(
          "not found|manifest unknown|does not exist|unauthorized|denied|invalid reference|no match"
              + " for platform",
          Pattern.CASE_INSENSITIVE);

  private static final int RESTARTS_OF_A_CRASH_LOOP = 2;

  boolean ready() {
    return condition("Ready").map(it -> it.text("status").equals("True")).orElse(false);
  }

  /**
   * Whether its engine may be asked: it is ready, or the startup probes of its containers have
   * passed and nobody has found it unready since. The first question of a readiness probe comes up
   * to its whole period later where the kubelet is as old as 1.20.
   */
  boolean up() {
    return ready() || started();
  }

  private boolean started() {
    List<KubeObject> statuses = pod.objects("status", "containerStatuses");
    String unreadySince = condition("Ready").map(it -> it.text("lastTransitionTime")).orElse("");
    return !pod.deleting()
        && !statuses.isEmpty()
        && statuses.size() == pod.objects("spec", "containers").size()
        && statuses.stream()
            .allMatch(
                it ->
                    it.text("ready").equals("true")
                        || it.text("started").equals("true")
                            && hasStartupProbe(it.text("name"))
                            && unreadySince.compareTo(it.text("state", "running", "startedAt"))
                                <= 0);
  }

  private boolean hasStartupProbe(String container) {
    return pod.objects("spec", "containers").stream()
        .filter(it -> it.text("name").equals(container))
        .anyMatch(it -> it.at("startupProbe").isPresent());
  }

  /** Since when it has not been ready; empty when it is, or does not say. */
  Optional<Instant> unusedSince() {
    if (ready()) {
      return Optional.empty();
    }
    String since = condition("Ready").map(it -> it.text("lastTransitionTime")).orElse("");
    try {
      return Optional.of(
          Instant.parse(since.isEmpty() ? pod.text("metadata", "creationTimestamp") : since));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
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
              boolean missing = PULLING.contains(reason) && NO_SUCH_IMAGE.matcher(message).find();
              boolean looping =
                  reason.equals("CrashLoopBackOff")
                      && it.number("restartCount") >= RESTARTS_OF_A_CRASH_LOOP;
              return missing || looping || HOPELESS.contains(reason)
                  ? Stream.of("container " + it.text("name") + ": " + reason + " " + message)
                  : Stream.empty();
            })
        .findFirst();
  }

  /** Why an image has not come yet; empty while nothing failed. Later attempts may mend it. */
  Optional<String> unpulled() {
    return containers()
        .filter(it -> PULLING.contains(it.text("state", "waiting", "reason")))
        .map(
            it ->
                "container "
                    + it.text("name")
                    + ": "
                    + it.text("state", "waiting", "reason")
                    + " "
                    + it.text("state", "waiting", "message"))
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
