package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Labels that say whose an object is, on everything that Compose creates. */
final class OwnLabels {
  private final Map<String, String> labels;

  OwnLabels(Machine machine) {
    this.labels =
        new TreeMap<>(
            Map.of(
                Labels.ENVIRONMENT, machine.id().value(),
                Labels.OWNER, machine.environment().owner()));
  }

  Map<String, String> labels() {
    return labels;
  }

  void rewrite(ComposeModel model, List<ExposedService> exposed) {
    Map<String, ObjectNode> services = model.services();
    for (ExposedService service : exposed) {
      ObjectNode node = services.get(service.name());
      if (node != null) {
        put(node).put(ServiceLabel.KEY, ServiceLabel.write(service));
      }
    }
    for (String section : List.of("networks", "volumes")) {
      model.section(section).values().stream()
          .filter(object -> !ComposeModel.isExternal(object))
          .forEach(this::put);
    }
  }

  private ObjectNode put(ObjectNode object) {
    ObjectNode known = object.withObject("/labels");
    labels.forEach(known::put);
    return known;
  }
}
