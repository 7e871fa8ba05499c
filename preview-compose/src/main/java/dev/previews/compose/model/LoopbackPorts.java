package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Published ports: on the machine's loopback, wherever its engine finds one free. */
final class LoopbackPorts {
  private final Consumer<String> notices;

  LoopbackPorts(Consumer<String> notices) {
    this.notices = notices;
  }

  void rewrite(ComposeModel model) {
    model.services().forEach(this::rewriteService);
  }

  private void rewriteService(String name, ObjectNode service) {
    if (!service.has("ports")) {
      return;
    }
    Set<Integer> targets = new TreeSet<>();
    for (ObjectNode port : ComposeModel.objects(service, "ports")) {
      int target = port.path("target").asInt();
      if (PublishedPorts.isTcp(port)) {
        targets.add(target);
      } else {
        notices.accept(
            "service '"
                + name
                + "' publishes "
                + target
                + "/"
                + port.path("protocol").asText()
                + ": left out, only TCP ports can be reached");
      }
    }
    ArrayNode ports = JsonNodeFactory.instance.arrayNode();
    for (int target : targets) {
      ports
          .addObject()
          .put("mode", "ingress")
          .put("host_ip", "127.0.0.1")
          .put("target", target)
          .put("protocol", "tcp");
    }
    service.set("ports", ports);
  }
}
