package dev.previews.compose.images;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** Where the images on a machine came from, as far as we built or sent them. */
final class ImageState {
  private static final int VERSION = 1;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, Origin> images = new TreeMap<>();

  /**
   * @param source the fingerprint of what it was built from, or its id on the engine that it came
   *     from
   * @param id its id on the machine
   */
  private record Origin(String source, String id) {}

  /** What was written; nothing for anything else, so that images are made anew. */
  static ImageState parse(String json) {
    ImageState state = new ImageState();
    try {
      JsonNode tree = MAPPER.readTree(json);
      if (tree.path("version").asInt() == VERSION) {
        for (Map.Entry<String, JsonNode> image : tree.path("images").properties()) {
          state.put(
              image.getKey(),
              image.getValue().path("source").asText(),
              image.getValue().path("id").asText());
        }
      }
    } catch (JsonProcessingException e) {
      return new ImageState();
    }
    return state;
  }

  String json() {
    ObjectNode tree = MAPPER.createObjectNode().put("version", VERSION);
    ObjectNode section = tree.putObject("images");
    images.forEach(
        (image, origin) ->
            section.putObject(image).put("source", origin.source()).put("id", origin.id()));
    return tree + "\n";
  }

  /** Whether the image with this id was made from this source. */
  boolean holds(String image, String source, String id) {
    return new Origin(source, id).equals(images.get(image));
  }

  /** Notes that the image is about to be sent: it may or may not arrive. */
  void begin(String image, String source) {
    put(image, source, "");
  }

  /** What has begun and not been noted as done: where it came from, by the image's name. */
  Map<String, String> begun() {
    Map<String, String> begun = new TreeMap<>();
    images.forEach(
        (image, origin) -> {
          if (origin.id().isEmpty()) {
            begun.put(image, origin.source());
          }
        });
    return begun;
  }

  /** Whether we built or sent the image with this id, or may have. */
  boolean isOurs(String image, String id) {
    Origin origin = images.get(image);
    return origin != null && (origin.id().isEmpty() ? origin.source() : origin.id()).equals(id);
  }

  void put(String image, String source, String id) {
    images.put(image, new Origin(source, id));
  }

  void remove(String image) {
    images.remove(image);
  }

  /** Forgets all other images. */
  void retain(Collection<String> names) {
    images.keySet().retainAll(names);
  }
}
