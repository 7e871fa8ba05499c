package dev.previews.compose.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Built images get names of the environment's own: under the file's name one would replace somebody
 * else's on a shared engine.
 */
final class OwnImages {
  private static final Pattern VALID = Pattern.compile("[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*");

  private final String project;

  OwnImages(String project) {
    this.project = project;
  }

  void rewrite(ComposeModel model, Map<String, String> labels) {
    Map<String, String> built = new HashMap<>();
    model
        .services()
        .forEach(
            (name, service) -> {
              if (service.get("build") instanceof ObjectNode build) {
                String own = name(name);
                String image = service.path("image").asText("");
                if (!image.isEmpty()) {
                  built.putIfAbsent(familiar(image), own);
                }
                service.put("image", own);
                build.remove("tags");
                ObjectNode known = build.withObject("/labels");
                labels.forEach(known::put);
              }
            });
    model
        .services()
        .values()
        .forEach(
            service -> {
              String own = built.get(familiar(service.path("image").asText("")));
              if (own != null && !service.has("build")) {
                service.put("image", own);
              }
            });
  }

  /** The images to be built, of a model that was rewritten. */
  static List<Build> builds(ComposeModel model) {
    List<Build> builds = new ArrayList<>();
    model
        .services()
        .forEach(
            (name, service) -> {
              if (service.get("build") instanceof ObjectNode build) {
                builds.add(build(model, name, service.path("image").asText(), build));
              }
            });
    return builds;
  }

  private static Build build(ComposeModel model, String name, String image, ObjectNode build) {
    List<Path> inputs = new ArrayList<>();
    boolean local = addInput(inputs, build.path("context").asText());
    for (JsonNode context : build.path("additional_contexts")) {
      local &= addInput(inputs, context.asText());
    }
    for (ObjectNode use : ComposeModel.objects(build, "secrets")) {
      JsonNode secret = model.tree().path("secrets").path(use.path("source").asText());
      local &= addInput(inputs, secret.path("file").asText());
    }
    Path context = Path.of(build.path("context").asText());
    Path dockerfile = context.resolve(build.path("dockerfile").asText("Dockerfile"));
    if (Files.exists(dockerfile) && !dockerfile.normalize().startsWith(context.normalize())) {
      inputs.add(dockerfile);
    }
    boolean asked =
        build.path("no_cache").asBoolean() || build.path("pull").asBoolean() || build.has("ssh");
    return new Build(name, image, build.toString(), inputs, asked || !local);
  }

  /** Whether all of it is on this machine. */
  private static boolean addInput(List<Path> inputs, String where) {
    Path path = where.contains("://") || where.isEmpty() ? Path.of("") : Path.of(where);
    if (path.isAbsolute() && Files.exists(path)) {
      inputs.add(path);
      return true;
    }
    return false;
  }

  private String name(String service) {
    String plain = project + "-" + service;
    if (VALID.matcher(plain).matches()) {
      return plain;
    }
    String safe =
        plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("-+$", "");
    return safe + "-" + Digest.hex(service).substring(0, 8);
  }

  private static String familiar(String image) {
    String name = image.replaceFirst("^docker\\.io/", "").replaceFirst("^library/", "");
    boolean tagged = name.indexOf(':', name.lastIndexOf('/') + 1) >= 0 || name.contains("@");
    return tagged || name.isEmpty() ? name : name + ":latest";
  }
}
