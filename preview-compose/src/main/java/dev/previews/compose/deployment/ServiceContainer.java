package dev.previews.compose.deployment;

import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerPort;
import dev.previews.environment.Service;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container of the project, as the engine's list shows it.
 *
 * @param number its number among the service's containers, from 1
 * @param ports the machine's loopback ports by the container's TCP ports
 * @param exitCode what its last run ended with; empty while it runs
 * @param label what it says of its service, see ServiceLabel
 * @param status the engine's own words: "Up 5 minutes (healthy)"
 */
record ServiceContainer(
    String id,
    String name,
    String service,
    int number,
    String image,
    Service.State state,
    Service.Health health,
    Optional<Integer> exitCode,
    Map<Integer, Integer> ports,
    String label,
    String status) {

  static final String PROJECT = "com.docker.compose.project";
  static final String SERVICE = "com.docker.compose.service";
  static final String NUMBER = "com.docker.compose.container-number";
  static final String ONE_OFF = "com.docker.compose.oneoff";

  /** The engine's words for a run that is over: "Exited (3) 2 minutes ago". */
  private static final Pattern EXITED =
      Pattern.compile("(?:Exited|Restarting|Dead) \\((\\d+)\\).*");

  static ServiceContainer of(Container container, String serviceLabel) {
    Map<String, String> labels = container.getLabels();
    String status = container.getStatus() == null ? "" : container.getStatus();
    String[] names = container.getNames();
    Matcher exited = EXITED.matcher(status);
    Map<Integer, Integer> ports = new TreeMap<>();
    if (container.getPorts() != null) {
      for (ContainerPort port : container.getPorts()) {
        Integer inside = port.getPrivatePort();
        Integer outside = port.getPublicPort();
        if (inside != null && outside != null && "tcp".equals(port.getType())) {
          ports.put(inside, outside);
        }
      }
    }
    return new ServiceContainer(
        container.getId(),
        names == null || names.length == 0 ? container.getId() : names[0].substring(1),
        labels.getOrDefault(SERVICE, ""),
        number(labels.getOrDefault(NUMBER, "1")),
        container.getImage(),
        state(container.getState()),
        health(status),
        exited.matches() ? Optional.of(Integer.valueOf(exited.group(1))) : Optional.empty(),
        ports,
        labels.getOrDefault(serviceLabel, ""),
        status);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 1;
    }
  }

  private static Service.State state(String state) {
    return switch (state.toLowerCase(Locale.ROOT)) {
      case "running" -> Service.State.RUNNING;
      case "created" -> Service.State.CREATED;
      case "restarting" -> Service.State.RESTARTING;
      case "paused" -> Service.State.PAUSED;
      case "exited" -> Service.State.EXITED;
      default -> Service.State.DEAD;
    };
  }

  private static Service.Health health(String status) {
    if (status.endsWith("(healthy)")) {
      return Service.Health.HEALTHY;
    }
    if (status.endsWith("(unhealthy)")) {
      return Service.Health.UNHEALTHY;
    }
    return status.endsWith("(health: starting)") ? Service.Health.STARTING : Service.Health.NONE;
  }

  Service asService() {
    return new Service(
        service,
        state,
        health,
        state == Service.State.EXITED ? exitCode : Optional.empty(),
        image,
        new TreeMap<>());
  }

  /** What it does now, in a word: "healthy", "running", "exited (0)". */
  String words() {
    Object word = running() && health != Service.Health.NONE ? health : state;
    return word.toString().toLowerCase(Locale.ROOT)
        + exitCode.map(code -> " (" + code + ")").orElse("");
  }

  /** Whether it has run for a minute or more. */
  boolean settled() {
    return running() && !status.contains("second");
  }

  boolean running() {
    return state == Service.State.RUNNING;
  }
}
