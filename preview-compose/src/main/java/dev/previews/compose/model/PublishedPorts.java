package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.environment.ServicePort;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.ExposedService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ports that services publish. */
final class PublishedPorts {
  private static final Set<String> ANY_ADDRESS = Set.of("", "0.0.0.0", "::", "[::]");

  private PublishedPorts() {}

  /** The services with their TCP ports, by name. */
  static List<ExposedService> exposed(ComposeModel model) {
    List<ExposedService> exposed = new ArrayList<>();
    model
        .services()
        .forEach(
            (name, service) ->
                exposed.add(
                    ExposedService.of(name, tcp(name, service), ComposeModel.labels(service))));
    exposed.sort((a, b) -> a.name().compareTo(b.name()));
    return exposed;
  }

  static boolean isTcp(ObjectNode port) {
    return port.path("protocol").asText("tcp").equals("tcp");
  }

  private static List<ServicePort> tcp(String name, ObjectNode service) {
    Map<Integer, ServicePort> ports = new HashMap<>();
    for (ObjectNode port : ComposeModel.objects(service, "ports")) {
      if (isTcp(port)) {
        int target = port.path("target").asInt();
        String scheme = port.path("app_protocol").asText("");
        ports.putIfAbsent(
            target,
            scheme.isEmpty()
                ? ServicePort.of(name, target)
                : new ServicePort(name, target, scheme));
      }
    }
    return List.copyOf(ports.values());
  }

  /**
   * Refuses what the engine would refuse, if the ports were published where the file says.
   *
   * @param named the files in words
   * @throws InvalidInputException when two services publish on one port
   */
  static void refuseClashes(ComposeModel model, String named) {
    List<Publication> seen = new ArrayList<>();
    model
        .services()
        .forEach(
            (name, service) -> {
              for (ObjectNode port : ComposeModel.objects(service, "ports")) {
                Publication next = publication(name, port);
                if (next.port().isEmpty()) {
                  continue;
                }
                seen.stream()
                    .filter(next::clashes)
                    .findFirst()
                    .ifPresent(
                        first -> {
                          throw new InvalidInputException(
                              named
                                  + " publishes one port twice: "
                                  + first
                                  + " and "
                                  + next
                                  + " both as "
                                  + next.port()
                                  + ": give one of them another, or none at all");
                        });
                seen.add(next);
              }
            });
  }

  private static Publication publication(String service, ObjectNode port) {
    return new Publication(
        service,
        port.path("target").asInt(),
        port.path("host_ip").asText(""),
        port.path("published").asText(""),
        port.path("protocol").asText("tcp"));
  }

  private record Publication(
      String service, int target, String address, String port, String protocol) {
    boolean clashes(Publication other) {
      return port.equals(other.port)
          && protocol.equals(other.protocol)
          && (address.equals(other.address)
              || ANY_ADDRESS.contains(address)
              || ANY_ADDRESS.contains(other.address))
          && !equals(other);
    }

    @Override
    public String toString() {
      return "port " + target + " of service '" + service + "'";
    }
  }
}
