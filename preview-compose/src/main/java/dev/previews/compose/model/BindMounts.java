package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.compose.files.SystemPaths;
import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Bind mounts: what they mount is copied to the machine, and they mount the copy. */
final class BindMounts {
  private final MachinePaths paths;
  private final Consumer<String> notices;

  BindMounts(MachinePaths paths, Consumer<String> notices) {
    this.paths = paths;
    this.notices = notices;
  }

  void rewrite(ComposeModel model) {
    model.services().forEach(this::rewriteService);
    model.volumes().forEach(this::rewriteVolume);
  }

  private void rewriteService(String name, ObjectNode service) {
    for (ObjectNode mount : ComposeModel.objects(service, "volumes")) {
      if (mount.path("type").asText().equals("bind")) {
        String who = "service '" + name + "' mounts " + mount.path("source").asText();
        Optional<Boolean> create =
            mount.path("bind").has("create_host_path")
                ? Optional.of(mount.path("bind").path("create_host_path").asBoolean())
                : Optional.empty();
        remote(who, mount.path("source").asText(), create.orElse(true))
            .ifPresent(source -> mount.put("source", source));
      }
    }
  }

  /** A volume of the driver local may be a bind mount in disguise. */
  private void rewriteVolume(String name, ObjectNode volume) {
    if (volume.get("driver_opts") instanceof ObjectNode options
        && List.of("", "local").contains(volume.path("driver").asText(""))
        && Arrays.asList(options.path("o").asText("").split(",")).stream()
            .anyMatch(option -> option.equals("bind") || option.equals("rbind"))) {
      String device = options.path("device").asText();
      remote("volume '" + name + "' is " + device, device, false)
          .ifPresent(source -> options.put("device", source));
    }
  }

  /** Where the source is on the machine; empty when it is left as it is. */
  private Optional<String> remote(String who, String source, boolean create) {
    Path local = Path.of(source).normalize();
    if (!local.isAbsolute()) {
      throw new InvalidInputException(who + ", which is no absolute path: give one");
    }
    if (SystemPaths.holds(local) || SystemPaths.holds(real(local))) {
      notices.accept(who + ": left alone, it is the machine's own");
      return Optional.empty();
    }
    if (Files.notExists(local)) {
      if (!create) {
        throw new InvalidInputException(who + ", which does not exist: create it");
      }
      notices.accept(who + ", which does not exist: it is an empty directory on the machine");
      return Optional.of(paths.empty(local));
    }
    if (!Files.isReadable(local) || (Files.isDirectory(local) && !Files.isExecutable(local))) {
      throw new InvalidInputException(
          who + ", which this user may not read: change its permissions");
    }
    if (!Files.isRegularFile(local) && !Files.isDirectory(local)) {
      notices.accept(who + ": left alone, it is neither a file nor a directory");
      return Optional.empty();
    }
    return Optional.of(paths.copied(local));
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}
