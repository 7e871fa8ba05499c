package dev.previews.ssh.vm.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Ports;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Labels;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.vm.VirtualMachine;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a machine's container and the volume that is its disk say of themselves, and what is known
 * of a machine by that.
 */
final class MachineLabels {
  static final String ROLE = "dev.previews.vm.role";
  static final String MACHINE = "machine";
  static final String DISK = "disk";
  private static final int DEFAULT_PORT = 22;
  private static final String SETTING = "dev.previews.vm.setting.";

  private MachineLabels() {}

  static Map<String, String> ofDisk(MachineSpec spec) {
    return of(spec, DISK);
  }

  static Map<String, String> ofMachine(MachineSpec spec, Map<String, String> settings) {
    Map<String, String> labels = of(spec, MACHINE);
    settings.forEach((key, value) -> labels.put(SETTING + key, value));
    return labels;
  }

  private static Map<String, String> of(MachineSpec spec, String role) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(Labels.ENVIRONMENT, spec.id().value());
    labels.put(Labels.OWNER, spec.owner());
    labels.put(Labels.CREATED, Long.toString(Instant.now().getEpochSecond()));
    labels.put(ROLE, role);
    spec.ttl().ifPresent(ttl -> labels.put(Labels.TTL, Long.toString(ttl.toSeconds())));
    return labels;
  }

  static Map<String, String> of(InspectContainerResponse container) {
    Map<String, String> labels = container.getConfig().getLabels();
    return labels == null ? Map.of() : labels;
  }

  static boolean isMachine(Map<String, String> labels) {
    return MACHINE.equals(labels.get(ROLE));
  }

  /**
   * The machine that a container is, if it is one.
   *
   * @param told its key, an empty line, and its host keys; or nothing
   */
  static Optional<VirtualMachine> machine(
      InspectContainerResponse found, String told, boolean running) {
    Map<String, String> labels = of(found);
    if (!isMachine(labels)) {
      return Optional.empty();
    }
    int end = told.indexOf("\n\n");
    return machine(
        labels,
        seconds(labels, Labels.TTL).map(Duration::ofSeconds),
        running,
        port(found),
        end < 0 ? "" : told.substring(0, end + 1),
        end < 0 ? List.of() : told.substring(end + 2).lines().toList());
  }

  /** The machine that a disk is left of, if it is one. What is kept on purpose does not expire. */
  static Optional<VirtualMachine> disk(InspectVolumeResponse found) {
    @Nullable Map<String, String> said = found.getLabels();
    Map<String, String> labels = said == null ? Map.of() : said;
    if (!DISK.equals(labels.get(ROLE))) {
      return Optional.empty();
    }
    return machine(labels, Optional.empty(), false, DEFAULT_PORT, "", List.of());
  }

  /** A disk's labels have no settings. */
  private static Optional<VirtualMachine> machine(
      Map<String, String> labels,
      Optional<Duration> ttl,
      boolean running,
      int port,
      String privateKey,
      List<String> hostKeys) {
    return id(labels)
        .map(
            id ->
                new VirtualMachine(
                    id,
                    labels.getOrDefault(Labels.OWNER, ""),
                    Instant.ofEpochSecond(seconds(labels, Labels.CREATED).orElse(0L)),
                    ttl,
                    running,
                    "127.0.0.1",
                    port,
                    "root",
                    privateKey,
                    hostKeys,
                    settings(labels)));
  }

  private static Optional<EnvironmentId> id(Map<String, String> labels) {
    try {
      return Optional.of(EnvironmentId.of(labels.getOrDefault(Labels.ENVIRONMENT, "")));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> settings(Map<String, String> labels) {
    Map<String, String> settings = new LinkedHashMap<>();
    labels.forEach(
        (key, value) -> {
          if (key.startsWith(SETTING)) {
            settings.put(key.substring(SETTING.length()), value);
          }
        });
    return Map.copyOf(settings);
  }

  /** What a label says in seconds; empty when it says nothing that can be. */
  private static Optional<Long> seconds(Map<String, String> labels, String label) {
    String text = labels.getOrDefault(label, "");
    return text.matches("[1-9][0-9]{0,11}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  private static int port(InspectContainerResponse container) {
    var ports = container.getNetworkSettings().getPorts();
    Ports.Binding[] bound = ports == null ? null : ports.getBindings().get(DockerVmProvider.SSH);
    return bound == null || bound.length == 0
        ? DEFAULT_PORT
        : Integer.parseInt(bound[0].getHostPortSpec());
  }
}
