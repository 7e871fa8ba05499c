package dev.previews.compose.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Names that an engine knows: all begin with the project's, so that no two environments meet. What
 * is external keeps its name.
 */
final class OwnNames {
  private static final List<String> NAMED = List.of("networks", "volumes", "configs", "secrets");
  private static final List<String> NAMESPACES = List.of("network_mode", "ipc", "pid");
  private static final String CONTAINER = "container:";

  private final String project;

  OwnNames(String project) {
    this.project = project;
  }

  void rewrite(ComposeModel model) {
    NAMED.forEach(section -> renameObjects(model.section(section)));
    Map<String, String> servicesByContainer = dropContainerNames(model.services());
    model.services().values().forEach(service -> pointToServices(service, servicesByContainer));
  }

  /** Objects that share a name in the file share one afterwards. */
  private void renameObjects(Map<String, ObjectNode> objects) {
    Map<String, String> renamed = new HashMap<>();
    objects.forEach(
        (key, object) -> {
          if (!ComposeModel.isExternal(object)) {
            String own = project + "_" + key;
            object.put(
                "name", renamed.computeIfAbsent(object.path("name").asText(own), name -> own));
          }
        });
  }

  private static Map<String, String> dropContainerNames(Map<String, ObjectNode> services) {
    Map<String, String> servicesByContainer = new LinkedHashMap<>();
    services.forEach(
        (name, service) -> {
          if (service.remove("container_name") instanceof TextNode container) {
            servicesByContainer.put(container.asText(), name);
            addAlias(service, container.asText());
          }
        });
    return servicesByContainer;
  }

  private static void addAlias(ObjectNode service, String alias) {
    if (service.get("networks") instanceof ObjectNode networks) {
      List<String> names = networks.properties().stream().map(Map.Entry::getKey).toList();
      for (String name : names) {
        ObjectNode network =
            networks.get(name) instanceof ObjectNode settings ? settings : networks.putObject(name);
        ArrayNode aliases = network.withArray("/aliases");
        if (!aliases.valueStream().map(JsonNode::asText).anyMatch(alias::equals)) {
          aliases.add(alias);
        }
      }
    }
  }

  private static void pointToServices(ObjectNode service, Map<String, String> byContainer) {
    for (String namespace : NAMESPACES) {
      String value = service.path(namespace).asText("");
      if (value.startsWith(CONTAINER)) {
        String owner = byContainer.get(value.substring(CONTAINER.length()));
        if (owner != null) {
          service.put(namespace, "service:" + owner);
        }
      }
    }
    if (service.get("volumes_from") instanceof ArrayNode sources) {
      for (int i = 0; i < sources.size(); i++) {
        String value = sources.get(i).asText();
        if (value.startsWith(CONTAINER)) {
          String[] parts = value.substring(CONTAINER.length()).split(":", 2);
          String owner = byContainer.get(parts[0]);
          if (owner != null) {
            sources.set(i, TextNode.valueOf(parts.length > 1 ? owner + ":" + parts[1] : owner));
          }
        }
      }
    }
  }
}
