package dev.previews.docker;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.spi.Labels;
import dev.previews.spi.MachineSpec;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the objects of a machine say about themselves. */
final class MachineLabels {
  /** {@link Mode#label()}. */
  static final String MODE = "dev.previews.docker.mode";

  /** What the object is to the machine; objects of the Compose project have none. */
  static final String ROLE = "dev.previews.docker.role";

  /** The container. */
  static final String MACHINE = "machine";

  /** The volume of the environment's files; it goes with the machine. */
  static final String FILES = "files";

  /** The volume of an isolated engine; it is the environment's data. */
  static final String DATA = "data";

  private MachineLabels() {}

  static Map<String, String> of(MachineSpec spec, Mode mode, String role, Instant created) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Labels.ENVIRONMENT, spec.id().value());
    labels.put(Labels.OWNER, spec.owner());
    labels.put(Labels.CREATED, Long.toString(created.getEpochSecond()));
    labels.put(MODE, mode.label());
    labels.put(ROLE, role);
    if (!ttl(spec).isEmpty()) {
      labels.put(Labels.TTL, ttl(spec));
    }
    return labels;
  }

  /** What {@link Labels#TTL} is to say; empty for no label. */
  static String ttl(MachineSpec spec) {
    return spec.ttl().map(ttl -> Long.toString(ttl.toSeconds())).orElse("");
  }

  /** Whether it is of the machine, which is known by it as long as there is anything else. */
  static boolean isMarker(Map<String, String> labels) {
    return labels.containsKey(ROLE);
  }

  /** Whether it is the machine, or of the machine, of another driver on the same engine. */
  static boolean isOfAnotherDriver(Map<String, String> labels) {
    return labels.keySet().stream()
        .anyMatch(
            key -> key.startsWith("dev.previews.") && key.endsWith(".role") && !key.equals(ROLE));
  }

  static Instant created(Map<String, String> labels) {
    try {
      return Instant.ofEpochSecond(Long.parseLong(labels.getOrDefault(Labels.CREATED, "0")));
    } catch (NumberFormatException e) {
      return Instant.EPOCH;
    }
  }

  /** Refuses what is another owner's. */
  static void requireOwner(String object, String owner, MachineSpec spec) {
    if (!owner.equals(spec.owner())) {
      throw new OwnershipException(
          "the "
              + object
              + " of environment "
              + spec.id()
              + " belongs to '"
              + owner
              + "', not to '"
              + spec.owner()
              + "'; choose another id");
    }
  }

  /** Refuses an object of the needed name that is not the spec's. */
  static void requireOurs(
      String object, @Nullable Map<String, String> found, MachineSpec spec, Mode mode) {
    Map<String, String> labels = found == null ? Map.of() : found;
    String owner = labels.getOrDefault(Labels.OWNER, "");
    EnvironmentId id = spec.id();
    if (owner.isEmpty() || !id.value().equals(labels.get(Labels.ENVIRONMENT))) {
      throw new OwnershipException(
          "the "
              + object
              + " exists and is not of this library's making, so '"
              + spec.owner()
              + "' cannot have environment "
              + id
              + "; remove it or choose another id");
    }
    requireOwner(object, owner, spec);
    if (!mode.label().equals(labels.get(MODE))) {
      throw new InvalidInputException(
          "environment "
              + id
              + " exists on "
              + (mode == Mode.SHARED ? "an engine of its own" : "the shared engine")
              + " (the "
              + object
              + "); take it down, volumes too, before it can be "
              + (mode == Mode.SHARED ? "on the shared engine" : "isolated"));
    }
  }
}
