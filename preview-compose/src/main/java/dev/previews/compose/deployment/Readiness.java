package dev.previews.compose.deployment;

import dev.previews.compose.model.DeployedService;
import dev.previews.environment.Service.State;
import dev.previews.error.ServiceFailedException;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Watches services become ready: healthy, or running for a while where there is no health check, or
 * ended with 0.
 */
final class Readiness {
  private static final long WHILE = Duration.ofMillis(300).toNanos();

  private final ProjectContainers containers;
  private final ServiceFailures failures;
  private final List<DeployedService> services;
  private final Context context;
  private final Set<String> before;
  private final Map<String, Start> starts = new HashMap<>();
  private final Map<String, String> told = new HashMap<>();
  private List<ServiceContainer> seen = List.of();

  private record Start(String at, long firstSeen) {}

  /** Notes what is there before anything is changed. */
  Readiness(ProjectContainers containers, List<DeployedService> services, Context context) {
    this.containers = containers;
    this.failures = new ServiceFailures(containers);
    this.services = services;
    this.context = context;
    this.before = containers.list().stream().map(ServiceContainer::id).collect(Collectors.toSet());
  }

  /** Looks, and tells what changed. */
  void look() {
    seen = containers.list();
    Map<String, String> states = new TreeMap<>();
    seen.forEach(
        container -> states.merge(container.service(), container.words(), Readiness::joined));
    states.forEach(
        (service, state) -> {
          if (!state.equals(told.put(service, state))) {
            context.report(new ProgressEvent.ServiceChanged(service, state));
          }
        });
  }

  private static String joined(String first, String second) {
    return first.equals(second) ? first : first + ", " + second;
  }

  /** The first service that has failed for good, of those that are new; empty when none has. */
  Optional<ServiceFailedException> newFailure() {
    return failure("", false);
  }

  /**
   * The first service that has failed for good.
   *
   * @param more more evidence
   */
  Optional<ServiceFailedException> failure(String more) {
    return failure(more, true);
  }

  private Optional<ServiceFailedException> failure(String more, boolean old) {
    for (ServiceContainer container : seen) {
      if (old || !before.contains(container.id())) {
        Optional<String> reason = failures.reason(container);
        if (reason.isPresent()) {
          return Optional.of(failures.exception(container, reason.get(), more));
        }
      }
    }
    return Optional.empty();
  }

  /** What is not ready yet, by service, in words; empty when all are. */
  Map<String, String> missing() {
    Map<String, String> missing = new LinkedHashMap<>();
    for (DeployedService service : services) {
      List<ServiceContainer> own =
          seen.stream().filter(container -> container.service().equals(service.name())).toList();
      if (own.size() < service.replicas()) {
        missing.put(service.name(), own.isEmpty() ? "has no container" : "has too few containers");
      }
      for (ServiceContainer container : own) {
        if (!ready(container, service.mustComplete())) {
          missing.put(service.name(), "is " + container.words());
        }
      }
    }
    return missing;
  }

  /** The last lines of the first service that is not ready, though it was started. */
  String evidence() {
    Map<String, String> missing = missing();
    return seen.stream()
        .filter(container -> missing.containsKey(container.service()))
        .filter(container -> container.state() != State.CREATED)
        .findFirst()
        .map(
            container ->
                "last lines of '" + container.service() + "':\n" + failures.lastLines(container))
        .orElse("");
  }

  private boolean ready(ServiceContainer container, boolean mustComplete) {
    if (container.state() == State.EXITED) {
      return container.exitCode().orElse(-1) == 0;
    }
    if (!container.running() || mustComplete) {
      return false;
    }
    return switch (container.health()) {
      case HEALTHY -> true;
      case NONE -> container.settled() || steady(container);
      default -> false;
    };
  }

  /**
   * Whether it was seen running since the same start for long enough; the engine's clock is not
   * asked.
   */
  private boolean steady(ServiceContainer container) {
    String at = failures.start(container).orElse("");
    @Nullable Start known = starts.get(container.id());
    if (known == null || !known.at().equals(at)) {
      starts.put(container.id(), new Start(at, System.nanoTime()));
      return false;
    }
    return System.nanoTime() - known.firstSeen() >= WHILE;
  }
}
