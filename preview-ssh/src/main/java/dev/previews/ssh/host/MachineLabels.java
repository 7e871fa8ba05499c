package dev.previews.ssh.host;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.OwnershipException;
import dev.previews.spi.Labels;
import dev.previews.spi.MachineSpec;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the volume says that stands for an environment on a host's engine. */
final class MachineLabels {
  /** What the volume is; objects of the Compose project have none. */
  static final String ROLE = "dev.previews.ssh.role";

  /** The environment itself. */
  static final String MACHINE = "machine";

  /** Which host of a pool has the environment. */
  static final String CLAIM = "claim";

  /** Where the environment's files are, on the host. */
  static final String DIRECTORY = "dev.previews.ssh.directory";

  /** The host, in a claim. */
  static final String HOST = "dev.previews.ssh.host";

  private MachineLabels() {}

  static String machine(EnvironmentId id) {
    return "preview-" + id;
  }

  /** A dot, which no id has, keeps it apart from other ids. */
  static String claim(EnvironmentId id) {
    return "preview-" + id + ".host";
  }

  static Map<String, String> of(MachineSpec spec, String role) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Labels.ENVIRONMENT, spec.id().value());
    labels.put(Labels.OWNER, spec.owner());
    labels.put(Labels.CREATED, Long.toString(Instant.now().getEpochSecond()));
    labels.put(ROLE, role);
    spec.ttl().ifPresent(ttl -> labels.put(Labels.TTL, Long.toString(ttl.toSeconds())));
    return labels;
  }

  static boolean isMachine(Map<String, String> labels) {
    return MACHINE.equals(labels.get(ROLE));
  }

  /** Whether it is of a Compose project, and not the machine of this or another driver. */
  static boolean isData(Map<String, String> labels) {
    return labels.keySet().stream()
        .noneMatch(key -> key.startsWith("dev.previews.") && key.endsWith(".role"));
  }

  /**
   * The environment's directory, as its volume has it; empty when no environment of this id can
   * have that. Labels are text that anybody with the engine's socket can write, and the directory
   * is made, and removed with all that is in it, by root where the user has root's rights.
   */
  static Optional<String> directory(EnvironmentId id, Map<String, String> labels) {
    String path = labels.getOrDefault(DIRECTORY, "");
    List<String> parts = List.of(path.split("/", -1));
    boolean safe =
        parts.size() > 2 // there is a base directory, and it is not the root
            && parts.get(0).isEmpty()
            && parts.get(parts.size() - 1).equals(id.value())
            && parts.stream().skip(1).noneMatch(it -> List.of("", ".", "..").contains(it))
            && path.chars().noneMatch(Character::isISOControl);
    return safe ? Optional.of(path) : Optional.empty();
  }

  static Instant created(Map<String, String> labels) {
    try {
      return Instant.ofEpochSecond(Long.parseLong(labels.getOrDefault(Labels.CREATED, "0")));
    } catch (NumberFormatException e) {
      return Instant.EPOCH;
    }
  }

  /** Refuses an environment whose directory this driver cannot have made. */
  static String requireDirectory(String volume, EnvironmentId id, Map<String, String> labels) {
    return directory(id, labels)
        .orElseThrow(
            () ->
                new OwnershipException(
                    "the volume "
                        + volume
                        + " says that the files of environment "
                        + id
                        + " are in '"
                        + labels.getOrDefault(DIRECTORY, "")
                        + "', which is no directory of this driver's making; remove the volume or"
                        + " choose another id"));
  }

  /** Refuses an object of the needed name that is not the spec's. */
  static void requireOurs(
      String volume, @Nullable Map<String, String> found, String role, MachineSpec spec) {
    Map<String, String> labels = found == null ? Map.of() : found;
    String owner = labels.getOrDefault(Labels.OWNER, "");
    if (owner.isEmpty()
        || !spec.id().value().equals(labels.get(Labels.ENVIRONMENT))
        || !role.equals(labels.get(ROLE))) {
      throw new OwnershipException(
          "the volume "
              + volume
              + " exists and is not of this driver's making, so '"
              + spec.owner()
              + "' cannot have environment "
              + spec.id()
              + "; remove it or choose another id");
    }
    requireOwner(owner, spec);
  }

  /** Refuses what is another owner's. */
  static void requireOwner(String owner, MachineSpec spec) {
    if (!owner.equals(spec.owner())) {
      throw new OwnershipException(
          "environment "
              + spec.id()
              + " belongs to '"
              + owner
              + "', not to '"
              + spec.owner()
              + "'; choose another id");
    }
  }
}
