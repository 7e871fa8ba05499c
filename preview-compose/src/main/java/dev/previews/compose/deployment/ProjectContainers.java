package dev.previews.compose.deployment;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import dev.previews.compose.model.ModelRewriter;
import dev.previews.compose.model.ServiceLabel;
import dev.previews.engine.Engine;
import dev.previews.error.NotFoundException;
import dev.previews.exec.Deadline;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The containers of one project, asked for anew at each call. */
final class ProjectContainers {
  /** How long the engine may take to answer a question. */
  static final Duration ANSWER = Duration.ofMinutes(1);

  /** How long evidence may take that goes with a failure. */
  private static final Duration LOG = Duration.ofSeconds(5);

  private final Engine engine;
  private final Machine machine;
  private final String project;

  ProjectContainers(Engine engine, Machine machine) {
    this.engine = engine;
    this.machine = machine;
    this.project = ModelRewriter.projectName(machine.id());
  }

  /** What they all carry; another project of the same name does not. */
  static Map<String, String> labels(Machine machine) {
    return Map.of(
        ServiceContainer.PROJECT,
        ModelRewriter.projectName(machine.id()),
        Labels.ENVIRONMENT,
        machine.id().value());
  }

  /** All but those of {@code docker compose run}, by service and number. */
  List<ServiceContainer> list() {
    return raw().stream()
        .filter(it -> !"True".equals(it.getLabels().get(ServiceContainer.ONE_OFF)))
        .map(it -> ServiceContainer.of(it, ServiceLabel.KEY))
        .sorted(
            Comparator.comparing(ServiceContainer::service).thenComparing(ServiceContainer::number))
        .toList();
  }

  /** A client whose requests are answered soon, or fail. */
  DockerClient client() {
    return engine.client(Deadline.in(ANSWER));
  }

  /** What a container printed last. */
  String lastLines(ServiceContainer container, int lines) {
    return engine.lastLines(container.id(), lines, Deadline.in(LOG));
  }

  /** All of them, as the engine tells. */
  List<Container> raw() {
    return client().listContainersCmd().withShowAll(true).withLabelFilter(labels(machine)).exec();
  }

  /**
   * The containers of a service.
   *
   * @throws NotFoundException when there is none
   */
  List<ServiceContainer> of(String service) {
    List<ServiceContainer> all = list();
    List<ServiceContainer> found = all.stream().filter(it -> it.service().equals(service)).toList();
    if (found.isEmpty()) {
      String known =
          all.stream().map(ServiceContainer::service).distinct().collect(Collectors.joining(", "));
      throw new NotFoundException(
          "there is no service '"
              + service
              + "' in "
              + project
              + (known.isEmpty() ? ", which has none" : ", but " + known));
    }
    return found;
  }

  /**
   * The first running container of a service.
   *
   * @throws NotFoundException when none runs
   */
  ServiceContainer running(String service) {
    List<ServiceContainer> found = of(service);
    return found.stream()
        .filter(ServiceContainer::running)
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    "no container of service '"
                        + service
                        + "' runs: "
                        + found.stream()
                            .map(it -> it.name() + " is " + it.asService().state())
                            .collect(Collectors.joining(", "))));
  }
}
