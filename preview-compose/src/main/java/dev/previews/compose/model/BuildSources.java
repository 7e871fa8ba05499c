package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The directories and files of this machine that images are built from. */
final class BuildSources {
  private BuildSources() {}

  /**
   * Looks whether they are there. What is elsewhere, in a Git repository for instance, is the
   * builder's to find.
   *
   * @throws InvalidInputException when one is missing
   */
  static void check(ComposeModel model) {
    model
        .services()
        .forEach(
            (name, service) -> {
              if (service.get("build") instanceof ObjectNode build) {
                local(build.path("context").asText())
                    .ifPresent(context -> check(name, build, context));
                for (ObjectNode use : ComposeModel.objects(build, "secrets")) {
                  checkSecret(model, name, use.path("source").asText());
                }
              }
            });
  }

  private static void check(String service, ObjectNode build, Path context) {
    if (!Files.isDirectory(context)) {
      throw new InvalidInputException(
          "service '" + service + "' is built from " + context + ", which is no directory");
    }
    if (build.has("dockerfile_inline")) {
      return;
    }
    String named = build.path("dockerfile").asText("Dockerfile");
    // BuildKit takes the other one, too, when this one is missing.
    Stream<String> names =
        named.equals("Dockerfile") ? Stream.of(named, "dockerfile") : Stream.of(named);
    if (names.map(context::resolve).noneMatch(Files::exists)) {
      throw new InvalidInputException(
          "service '"
              + service
              + "' is built by "
              + context.resolve(named).normalize()
              + ", which does not exist");
    }
  }

  private static void checkSecret(ComposeModel model, String service, String secret) {
    String file = model.tree().path("secrets").path(secret).path("file").asText("");
    if (!file.isEmpty() && Files.notExists(Path.of(file))) {
      throw new InvalidInputException(
          "secrets."
              + secret
              + ", which the build of service '"
              + service
              + "' uses, is the file "
              + file
              + ", which does not exist");
    }
  }

  /** Compose makes local paths absolute. */
  private static Optional<Path> local(String where) {
    return where.contains("://")
        ? Optional.empty()
        : Optional.of(Path.of(where)).filter(Path::isAbsolute);
  }
}
