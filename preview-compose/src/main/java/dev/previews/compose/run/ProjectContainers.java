package dev.previews.compose.run;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.previews.engine.Engine;
import dev.previews.environment.EnvironmentId;
import dev.previews.exec.Deadline;
import dev.previews.spi.Labels;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The containers of one environment, found by their label. */
final class ProjectContainers {
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Engine engine;
  private final Map<String, String> label;

  ProjectContainers(Engine engine, EnvironmentId id) {
    this.engine = engine;
    this.label = Map.of(Labels.ENVIRONMENT, id.value());
  }

  /** All of them but those of single commands, in whatever state, by service and number. */
  List<ServiceContainer> list() {
    return containers().stream()
        .map(ServiceContainer::of)
        .filter(container -> !container.oneOff())
        .sorted(
            Comparator.comparing(ServiceContainer::service).thenComparing(ServiceContainer::number))
        .toList();
  }

  List<ServiceContainer> list(String service) {
    return list().stream().filter(container -> container.service().equals(service)).toList();
  }

  private List<Container> containers() {
    return client().listContainersCmd().withShowAll(true).withLabelFilter(label).exec();
  }

  /** A client whose requests are answered soon or fail. */
  DockerClient client() {
    return engine.client(Deadline.in(ANSWER));
  }

  Engine engine() {
    return engine;
  }

  Map<String, String> label() {
    return label;
  }
}
