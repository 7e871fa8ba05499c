package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Sidecar;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Containers beside the project's services become services themselves. In the model they have one
 * network, which stays the same whatever becomes of the others: so Compose has no reason to make
 * them anew. They join the others' networks when they are there.
 */
final class Sidecars {
  /**
   * Sorts before what people call their networks: engines before 28 route a container through the
   * first of its networks by name, and open connections break when that changes.
   */
  private static final String FIRST = "0-";

  private final MachinePaths paths;
  private final List<Sidecar> sidecars;

  Sidecars(MachinePaths paths, List<Sidecar> sidecars) {
    this.paths = paths;
    this.sidecars = sidecars;
  }

  /**
   * Adds them.
   *
   * @throws InvalidInputException when a service has the name of one
   */
  void add(ComposeModel model) {
    for (Sidecar sidecar : sidecars) {
      if (model.services().containsKey(sidecar.name())) {
        throw new InvalidInputException(
            "the Compose file has a service '"
                + sidecar.name()
                + "', which is what the tunnel's own is called: give it another name");
      }
      String network = network(model, sidecar);
      write(sidecar, network, model.tree().withObject("/services").putObject(sidecar.name()));
    }
  }

  /** One that leads outside, of its own. */
  private static String network(ComposeModel model, Sidecar sidecar) {
    String name = FIRST + sidecar.name();
    model.tree().withObject("/networks").withObject("/" + name);
    return name;
  }

  /** The other services' networks that each has still to join, as the engine calls them. */
  Map<String, Set<String>> joins(ComposeModel model) {
    Set<String> names = sidecars.stream().map(Sidecar::name).collect(Collectors.toSet());
    Set<String> used = new TreeSet<>();
    model
        .services()
        .forEach(
            (name, service) -> {
              if (!names.contains(name)) {
                service.path("networks").fieldNames().forEachRemaining(used::add);
              }
            });
    Map<String, Set<String>> joins = new TreeMap<>();
    for (String name : names) {
      Set<String> networks = new TreeSet<>();
      for (String network : used) {
        if (!model.tree().at("/services/" + name + "/networks").has(network)) {
          networks.add(model.tree().at("/networks/" + network).path("name").asText(network));
        }
      }
      joins.put(name, networks);
    }
    return joins;
  }

  private void write(Sidecar sidecar, String network, ObjectNode service) {
    service.put("image", sidecar.image());
    sidecar.command().forEach(service.putArray("entrypoint")::add);
    service.putArray("command");
    service.put("restart", "always");
    ObjectNode environment = service.putObject("environment");
    new TreeMap<>(sidecar.environment()).forEach(environment::put);
    service.putObject("networks").putNull(network);
    for (Map.Entry<String, Path> folder : new TreeMap<>(sidecar.folders()).entrySet()) {
      Path local = folder.getValue().toAbsolutePath().normalize();
      paths.place(
          local,
          "sidecars/"
              + sidecar.name()
              + folder.getKey().replaceAll("/+", "/").replaceAll("/$", ""));
      ObjectNode mount = service.withArray("/volumes").addObject();
      mount.put("type", "bind");
      mount.put("source", local.toString());
      mount.put("target", folder.getKey());
      mount.put("read_only", true);
    }
  }
}
