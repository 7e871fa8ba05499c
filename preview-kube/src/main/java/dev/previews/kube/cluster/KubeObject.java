package dev.previews.kube.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Kubernetes object as the tree that its JSON is. Not copied: whoever has it alone may change it.
 */
public record KubeObject(Map<String, Object> tree) {
  /** {@code apiVersion}, or empty. */
  public String apiVersion() {
    return text("apiVersion");
  }

  /** {@code kind}, or empty. */
  public String kind() {
    return text("kind");
  }

  /** {@code metadata.name}, or empty. */
  public String name() {
    return text("metadata", "name");
  }

  /** {@code metadata.namespace}, or empty. */
  public String namespace() {
    return text("metadata", "namespace");
  }

  /** {@code metadata.uid}, or empty. */
  public String uid() {
    return text("metadata", "uid");
  }

  /** The labels. */
  public Map<String, String> labels() {
    return texts("metadata", "labels");
  }

  /** The annotations. */
  public Map<String, String> annotations() {
    return texts("metadata", "annotations");
  }

  /** Whether somebody asked for its deletion. */
  public boolean deleting() {
    return at("metadata", "deletionTimestamp").isPresent();
  }

  /** What stands at a path, if anything does. */
  public Optional<Object> at(String... path) {
    Object here = tree;
    for (String key : path) {
      if (!(here instanceof Map<?, ?> map) || map.get(key) == null) {
        return Optional.empty();
      }
      here = map.get(key);
    }
    return Optional.of(here);
  }

  /** The scalar at a path as text, or empty. */
  public String text(String... path) {
    return at(path)
        .filter(it -> !(it instanceof Map) && !(it instanceof List))
        .map(Object::toString)
        .orElse("");
  }

  /** The number at a path, or 0. */
  public long number(String... path) {
    return at(path)
        .filter(Number.class::isInstance)
        .map(it -> ((Number) it).longValue())
        .orElse(0L);
  }

  /** The objects of the list at a path; empty when there is none. */
  public List<KubeObject> objects(String... path) {
    if (!(at(path).orElse(List.of()) instanceof List<?> list)) {
      return List.of();
    }
    return list.stream().filter(Map.class::isInstance).map(KubeObject::of).toList();
  }

  /** The scalars of the mapping at a path as texts, by key. */
  public Map<String, String> texts(String... path) {
    Map<String, String> texts = new TreeMap<>();
    if (at(path).orElse(Map.of()) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    }
    return texts;
  }

  /** The mapping at a path, made where it is missing. */
  public Map<String, Object> make(String... path) {
    Map<String, Object> here = tree;
    for (String key : path) {
      if (!(here.get(key) instanceof Map)) {
        here.put(key, new LinkedHashMap<String, Object>());
      }
      here = mapping(here.get(key));
    }
    return here;
  }

  /** The same with this kind said, which a list leaves out; the rest is shared. */
  public KubeObject ofKind(String kind) {
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    copy.put("kind", kind);
    return new KubeObject(copy);
  }

  /** The same under another name; the rest is shared. */
  public KubeObject renamed(String name) {
    Map<String, Object> metadata = new LinkedHashMap<>(make("metadata"));
    metadata.put("name", name);
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    copy.put("metadata", metadata);
    return new KubeObject(copy);
  }

  /** An object from a parsed JSON or YAML mapping. */
  public static KubeObject of(Object mapping) {
    return new KubeObject(mapping(mapping));
  }

  @SuppressWarnings(
      "unchecked") // keys of JSON are strings, and those of YAML are checked on reading
  private static Map<String, Object> mapping(Object value) {
    return (Map<String, Object>) value;
  }

  /** Kind and name, for messages. */
  @Override
  public String toString() {
    return kind() + " '" + name() + "'";
  }
}
