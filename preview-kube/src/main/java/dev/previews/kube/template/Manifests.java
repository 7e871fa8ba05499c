package dev.previews.kube.template;

import dev.previews.error.InvalidInputException;
import dev.previews.kube.cluster.KubeObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads the objects of a YAML text with one or more documents. */
public final class Manifests {
  private static final int DEEPEST = 100;
  private static final int MOST_VALUES = 100_000;

  private int values;

  private Manifests() {}

  /**
   * The objects, in their order; those of a {@code List} one by one.
   *
   * @param name where the text comes from, for messages
   */
  public static List<KubeObject> parse(String name, String yaml) {
    List<KubeObject> objects = new ArrayList<>();
    try {
      for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
        if (document != null) {
          new Manifests().add(objects, name, document);
        }
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(it -> it.getLine() + 1).orElse(0);
      String text = yaml.lines().skip(Math.max(0, line - 1)).findFirst().orElse("").strip();
      throw new InvalidInputException(
          "the template " + name + " does not render to YAML",
          "line " + line + " of what it renders to: " + e.getProblem() + "\n" + text,
          e);
    } catch (YamlEngineException e) {
      throw new InvalidInputException(
          "the template " + name + " does not render to YAML", String.valueOf(e.getMessage()), e);
    }
    return objects;
  }

  private void add(List<KubeObject> objects, String name, Object document) {
    if (!(document instanceof Map<?, ?> map)) {
      throw new InvalidInputException(
          "the template " + name + " has a document that is no Kubernetes object",
          document instanceof List ? "it is a list" : text(document),
          null);
    }
    KubeObject object = KubeObject.of(plain(name, map, 0));
    if (object.kind().endsWith("List") && object.at("items").isPresent()) {
      objects.addAll(object.objects("items"));
    } else {
      objects.add(object);
    }
  }

  private static String text(Object document) {
    String text = document.toString();
    return text.substring(0, Math.min(80, text.length()));
  }

  /**
   * A copy that shares nothing (an alias would), with texts as keys. Aliases may make few lines
   * endless.
   */
  private Object plain(String name, Object value, int depth) {
    if (depth > DEEPEST || ++values > MOST_VALUES) {
      throw new InvalidInputException(
          "the template "
              + name
              + " has a document of more than "
              + MOST_VALUES
              + " values or "
              + DEEPEST
              + " levels; does an alias hold itself?");
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach(
          (key, each) ->
              copy.put(String.valueOf(key), each == null ? null : plain(name, each, depth + 1)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(each == null ? null : plain(name, each, depth + 1)));
      return copy;
    }
    return value;
  }
}
