package dev.previews.compose.run;

import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerPort;
import dev.previews.compose.model.ServiceLabel;
import dev.previews.environment.Service.Health;
import dev.previews.environment.Service.State;
import dev.previews.spi.ExposedService;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container of a service as the engine lists it.
 *
 * @param status the engine's words: {@code Up 5 minutes (healthy)}
 * @param hostNetwork whether it listens on the machine's own network
 */
record ServiceContainer(
    String id,
    String name,
    String service,
    int number,
    boolean oneOff,
    String image,
    State state,
    String status,
    boolean hostNetwork,
    List<ContainerPort> ports,
    Map<String, String> labels) {
  private static final String COMPOSE = "com.docker.compose.";
  private static final Pattern EXIT_CODE = Pattern.compile("\\w+ \\((\\d+)\\).*");

  static ServiceContainer of(Container container) {
    Map<String, String> labels = container.getLabels() == null ? Map.of() : container.getLabels();
    String[] names = container.getNames();
    return new ServiceContainer(
        container.getId(),
        names == null || names.length == 0 ? container.getId() : names[0].replaceFirst("^/", ""),
        labels.getOrDefault(COMPOSE + "service", ""),
        number(labels.getOrDefault(COMPOSE + "container-number", "1")),
        labels.getOrDefault(COMPOSE + "oneoff", "").equalsIgnoreCase("true"),
        container.getImage(),
        state(container.getState()),
        container.getStatus(),
        container.getHostConfig() != null
            && "host".equals(container.getHostConfig().getNetworkMode()),
        container.getPorts() == null ? List.of() : Arrays.asList(container.getPorts()),
        labels);
  }

  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 1;
  }

  private static State state(String text) {
    try {
      // An engine that is removing a container will have none soon.
      return text.equals("removing") ? State.DEAD : State.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return State.DEAD;
    }
  }

  Health health() {
    if (status.contains("(healthy)")) {
      return Health.HEALTHY;
    }
    if (status.contains("(unhealthy)")) {
      return Health.UNHEALTHY;
    }
    return status.contains("(health: starting)") ? Health.STARTING : Health.NONE;
  }

  boolean running() {
    return state == State.RUNNING;
  }

  /** What it ended with; empty while it runs. */
  Optional<Integer> exitCode() {
    Matcher matcher = EXIT_CODE.matcher(status);
    boolean ended = state == State.EXITED || state == State.RESTARTING || state == State.DEAD;
    return ended && matcher.matches()
        ? Optional.of(Integer.parseInt(matcher.group(1)))
        : Optional.empty();
  }

  /** Whether it has run for a minute or more. */
  boolean settled() {
    return running() && !status.contains("second");
  }

  /** The engine's word for what it does now. */
  String words() {
    if (running() && health() != Health.NONE) {
      return health().name().toLowerCase(Locale.ROOT);
    }
    String word = state.name().toLowerCase(Locale.ROOT);
    return exitCode().map(code -> word + " (" + code + ")").orElse(word);
  }

  /** The services that Compose started before it, by name. */
  List<String> dependencies() {
    return Arrays.stream(labels.getOrDefault(COMPOSE + "depends_on", "").split(","))
        .map(entry -> entry.split(":", 2)[0])
        .filter(name -> !name.isEmpty())
        .toList();
  }

  ExposedService exposed() {
    return ServiceLabel.read(service, labels.getOrDefault(ServiceLabel.KEY, ""));
  }
}
