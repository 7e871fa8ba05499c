package dev.previews.compose.deployment;

import com.github.dockerjava.api.command.HealthStateLog;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.environment.Service.Health;
import dev.previews.environment.Service.State;
import dev.previews.error.PreviewException;
import dev.previews.error.ServiceFailedException;
import java.util.List;
import java.util.Optional;

/** Tells which containers will not become ready, and why. */
final class ServiceFailures {
  private static final int LOG_LINES = 20;
  private static final int RESTARTS = 3;

  private final ProjectContainers containers;

  ServiceFailures(ProjectContainers containers) {
    this.containers = containers;
  }

  /** Why a container has failed for good; empty while it may become ready. */
  Optional<String> reason(ServiceContainer container) {
    int code = container.exitCode().orElse(0);
    return switch (container.state()) {
      case EXITED -> code == 0 ? Optional.empty() : Optional.of("exited with " + code);
      case DEAD -> Optional.of("is dead");
      case RESTARTING ->
          restarts(container) < RESTARTS
              ? Optional.empty()
              : Optional.of("is restarted again and again, and exits with " + code);
      case RUNNING ->
          container.health() == Health.UNHEALTHY
              ? Optional.of("is unhealthy" + lastCheck(container))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  ServiceFailedException exception(ServiceContainer container, String reason, String more) {
    String log = lastLines(container);
    return new ServiceFailedException(
        container.service(),
        container.state() == State.RUNNING ? null : container.exitCode().orElse(null),
        reason,
        more.isEmpty() ? log : log + "\n" + more);
  }

  /**
   * The last lines that a container printed; what goes wrong here must not hide what went wrong
   * there.
   */
  String lastLines(ServiceContainer container) {
    try {
      return containers.lastLines(container, LOG_LINES);
    } catch (PreviewException e) {
      return "(its log cannot be read: " + e.getMessage() + ")";
    }
  }

  private int restarts(ServiceContainer container) {
    return inspect(container).map(InspectContainerResponse::getRestartCount).orElse(0);
  }

  private String lastCheck(ServiceContainer container) {
    List<HealthStateLog> checks =
        inspect(container)
            .map(inspected -> inspected.getState().getHealth().getLog())
            .orElse(List.of());
    if (checks.isEmpty()) {
      return "";
    }
    HealthStateLog last = checks.get(checks.size() - 1);
    String said = last.getOutput() == null ? "" : last.getOutput().strip();
    return "; its check ends with "
        + last.getExitCodeLong()
        + (said.isEmpty() ? "" : " and says: " + said.substring(0, Math.min(500, said.length())));
  }

  private Optional<InspectContainerResponse> inspect(ServiceContainer container) {
    try {
      return Optional.of(containers.client().inspectContainerCmd(container.id()).exec());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  /** When the container was started last; empty when it is gone. */
  Optional<String> start(ServiceContainer container) {
    return inspect(container).map(inspected -> inspected.getState().getStartedAt());
  }
}
