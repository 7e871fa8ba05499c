package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Configs and secrets. Those that are files become read-only bind mounts of their copies. The
 * others stay, for Compose to put them into the containers. A service that uses one carries a
 * signed digest of what it holds, so that another content makes another container. Labels are for
 * everybody to see: of a digest alone the content could be guessed.
 */
final class FileObjects {
  static final String DIGEST_LABEL = "dev.previews.content";

  private final MachinePaths paths;
  private final Map<String, String> values;
  private final UnaryOperator<String> signature;

  /**
   * @param values what those that come from variables hold, by the variable's name
   * @param signature signs a digest
   */
  FileObjects(MachinePaths paths, Map<String, String> values, UnaryOperator<String> signature) {
    this.paths = paths;
    this.values = values;
    this.signature = signature;
  }

  /** The variables that configs and secrets come from, and why each is needed. */
  static Map<String, String> variables(ComposeModel model) {
    Map<String, String> needed = new TreeMap<>();
    for (String section : List.of("configs", "secrets")) {
      model
          .section(section)
          .forEach(
              (name, object) -> {
                String variable = object.path("environment").asText("");
                if (!variable.isEmpty()) {
                  needed.put(
                      variable, "the environment of " + section + "." + name + " is not set");
                }
              });
    }
    return needed;
  }

  void rewrite(ComposeModel model) {
    model.services().forEach((name, service) -> rewriteService(model, name, service));
    for (String section : List.of("configs", "secrets")) {
      if (model.tree().get(section) instanceof ObjectNode objects) {
        model.section(section).keySet().stream()
            .filter(name -> objects.get(name).has("file"))
            .forEach(objects::remove);
      }
    }
  }

  private void rewriteService(ComposeModel model, String name, ObjectNode service) {
    Digest digest = new Digest();
    mountFiles(model, "configs", "/", name, service, digest);
    mountFiles(model, "secrets", "/run/secrets/", name, service, digest);
    if (!digest.isEmpty()) {
      service.withObject("/labels").put(DIGEST_LABEL, signature.apply(digest.hex()));
    }
  }

  private void mountFiles(
      ComposeModel model,
      String section,
      String directory,
      String service,
      ObjectNode node,
      Digest digest) {
    List<ObjectNode> uses = ComposeModel.objects(node, section);
    if (uses.isEmpty()) {
      return;
    }
    var rest = JsonNodeFactory.instance.arrayNode();
    for (ObjectNode use : uses) {
      String key = use.path("source").asText();
      ObjectNode object = model.section(section).getOrDefault(key, use);
      digest.add(section + "/" + key);
      String file = object.path("file").asText("");
      if (file.isEmpty()) {
        digest.add(content(object));
        rest.add(use);
      } else {
        Path local =
            readable(section + "." + key + ", which service '" + service + "' uses,", file);
        digest.addFile(local);
        ObjectNode mount = node.withArray("/volumes").addObject();
        mount.put("type", "bind");
        mount.put("source", paths.copied(local));
        mount.put("target", target(use, directory, key));
        mount.put("read_only", true);
      }
    }
    if (rest.isEmpty()) {
      node.remove(section);
    } else {
      node.set(section, rest);
    }
  }

  private String content(ObjectNode object) {
    String variable = object.path("environment").asText("");
    return variable.isEmpty()
        ? object.path("content").asText("")
        : values.getOrDefault(variable, "");
  }

  private static String target(ObjectNode use, String directory, String key) {
    String target = use.path("target").asText("");
    if (target.isEmpty()) {
      return directory + key;
    }
    return target.startsWith("/") ? target : directory + target;
  }

  private static Path readable(String who, String file) {
    Path local = Path.of(file).normalize();
    if (Files.notExists(local)) {
      throw new InvalidInputException(who + " is the file " + local + ", which does not exist");
    }
    if (!Files.isReadable(local)) {
      throw new InvalidInputException(
          who + " is the file " + local + ", which this user may not read: change its permissions");
    }
    return local;
  }
}
