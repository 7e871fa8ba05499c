package dev.previews.compose.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The JSON form of a Compose model. In it every dollar sign stands twice, for the next
 * interpolation; in our trees once.
 */
final class ModelJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(200)
                      .maxStringLength(64 * 1024 * 1024)
                      .build())
              .build());

  private ModelJson() {}

  /** What {@code config} printed, as a tree. */
  static ObjectNode read(String json) throws JsonProcessingException {
    JsonNode tree = mapped(MAPPER.readTree(json), text -> text.replace("$$", "$"));
    return tree instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
  }

  /** What Compose can read back. */
  static String write(ObjectNode model) {
    return mapped(model, text -> text.replace("$", "$$")).toString();
  }

  /** A tree as JDK maps, lists and values; keys with null are left out. */
  static Map<String, Object> plain(ObjectNode node) {
    Map<String, Object> values = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isNull()) {
        values.put(field.getKey(), plain(field.getValue()));
      }
    }
    return values;
  }

  private static Object plain(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return plain(object);
    }
    if (node instanceof ArrayNode array) {
      List<Object> values = new ArrayList<>();
      array.forEach(
          element -> {
            if (!element.isNull()) {
              values.add(plain(element));
            }
          });
      return values;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isNumber() ? node.numberValue() : node.asText();
  }

  private static JsonNode mapped(JsonNode node, UnaryOperator<String> text) {
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(field -> copy.set(field.getKey(), mapped(field.getValue(), text)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(element -> copy.add(mapped(element, text)));
      return copy;
    }
    return node.isTextual() ? TextNode.valueOf(text.apply(node.textValue())) : node;
  }
}
