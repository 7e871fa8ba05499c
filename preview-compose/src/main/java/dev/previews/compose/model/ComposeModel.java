package dev.previews.compose.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A resolved Compose model, as a tree that can be changed. */
record ComposeModel(ObjectNode tree) {

  String name() {
    return tree.path("name").asText();
  }

  Map<String, ObjectNode> services() {
    return section("services");
  }

  Map<String, ObjectNode> networks() {
    return section("networks");
  }

  Map<String, ObjectNode> volumes() {
    return section("volumes");
  }

  Map<String, ObjectNode> configs() {
    return section("configs");
  }

  Map<String, ObjectNode> secrets() {
    return section("secrets");
  }

  ComposeModel copy() {
    return new ComposeModel(tree.deepCopy());
  }

  /**
   * The objects of a section by name; one that is null in the file ({@code volumes: {data: }})
   * becomes an empty one.
   */
  Map<String, ObjectNode> section(String name) {
    Map<String, ObjectNode> objects = new LinkedHashMap<>();
    if (tree.get(name) instanceof ObjectNode section) {
      List<String> keys = new ArrayList<>();
      section.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        objects.put(
            key, section.get(key) instanceof ObjectNode object ? object : section.putObject(key));
      }
    }
    return objects;
  }

  /** The objects of a list; empty when there is no such list. */
  static List<ObjectNode> objects(JsonNode owner, String field) {
    List<ObjectNode> objects = new ArrayList<>();
    if (owner.get(field) instanceof ArrayNode array) {
      array.forEach(
          element -> {
            if (element instanceof ObjectNode object) {
              objects.add(object);
            }
          });
    }
    return objects;
  }

  static Map<String, String> labels(ObjectNode owner) {
    Map<String, String> labels = new LinkedHashMap<>();
    if (owner.get("labels") instanceof ObjectNode object) {
      object.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    }
    return labels;
  }

  static boolean isExternal(ObjectNode object) {
    return object.path("external").asBoolean(false) || object.path("external").isObject();
  }
}
