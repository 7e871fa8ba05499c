package dev.previews.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerMount;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds machines, and what is left of them, by the labels of all that is there: with two requests
 * however many there are, and one more for each that stopped and may have expired.
 */
final class MachineFinder {
  private final Engine engine;

  MachineFinder(Engine engine) {
    this.engine = engine;
  }

  /** What there is of one environment. */
  private static final class Traces {
    private @Nullable Container machine;
    private @Nullable InspectVolumeResponse files;
    private @Nullable Map<String, String> others;
    private boolean ofAnotherDriver;
  }

  List<Machine> all(Context call) {
    return matching(Labels.ENVIRONMENT, call);
  }

  Optional<Machine> one(EnvironmentId id, Context call) {
    return matching(Labels.ENVIRONMENT + "=" + id, call).stream().findFirst();
  }

  private List<Machine> matching(String label, Context call) {
    Map<EnvironmentId, Traces> traces = new TreeMap<>();
    List<InspectVolumeResponse> volumes =
        engine
            .client(call.deadline())
            .listVolumesCmd()
            .withFilter("label", List.of(label))
            .exec()
            .getVolumes();
    for (InspectVolumeResponse volume :
        volumes == null ? List.<InspectVolumeResponse>of() : volumes) {
      note(traces, volume.getLabels(), MachineLabels.FILES, it -> it.files = volume);
    }
    for (Container container :
        engine
            .client(call.deadline())
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(List.of(label))
            .exec()) {
      note(traces, container.getLabels(), MachineLabels.MACHINE, it -> it.machine = container);
    }
    List<Machine> machines = new ArrayList<>();
    traces.forEach(
        (id, found) -> {
          if (!found.ofAnotherDriver) {
            machines.add(describe(id, found, call));
          }
        });
    return machines;
  }

  private static void note(
      Map<EnvironmentId, Traces> traces,
      @Nullable Map<String, String> labels,
      String role,
      Consumer<Traces> found) {
    if (labels == null) {
      return;
    }
    EnvironmentId id;
    try {
      id = EnvironmentId.of(labels.getOrDefault(Labels.ENVIRONMENT, ""));
    } catch (InvalidInputException e) {
      return;
    }
    Traces known = traces.computeIfAbsent(id, it -> new Traces());
    known.ofAnotherDriver |= MachineLabels.isOfAnotherDriver(labels);
    if (role.equals(labels.get(MachineLabels.ROLE))) {
      found.accept(known);
    } else {
      known.others = labels;
    }
  }

  private Machine describe(EnvironmentId id, Traces found, Context call) {
    if (found.machine != null) {
      return describe(id, found.machine, call);
    }
    if (found.files != null && found.others == null) {
      Map<String, String> labels = found.files.getLabels();
      return describe(
              id,
              labels,
              directory(found.files),
              Environment.State.STOPPED,
              "its container is missing")
          .unusedSince(MachineLabels.created(labels))
          .build();
    }
    // When it was used nobody knows, so it does not expire.
    Map<String, String> labels =
        new TreeMap<>(
            found.files == null
                ? Optional.ofNullable(found.others).orElse(Map.of())
                : found.files.getLabels());
    labels.remove(Labels.TTL);
    return describe(
            id,
            labels,
            found.files == null ? "/" : directory(found.files),
            Environment.State.STOPPED,
            found.files == null ? "only its data is left" : "its container is missing")
        .build();
  }

  private Machine describe(EnvironmentId id, Container container, Context call) {
    Environment.State state = state(container.getState());
    Machine.Builder machine =
        describe(
            id,
            container.getLabels(),
            directory(id, container),
            state,
            state == Environment.State.STOPPED ? String.valueOf(container.getStatus()) : "");
    if (container.getLabels().containsKey(Labels.TTL)) {
      unusedSince(container, state, call).ifPresent(machine::unusedSince);
    }
    return machine.build();
  }

  /** The time of an engine of its own is inside, where nobody can look while it does not run. */
  private Optional<Instant> unusedSince(
      Container container, Environment.State state, Context call) {
    if ("created".equals(container.getState())) {
      return Optional.of(Instant.ofEpochSecond(container.getCreated()));
    }
    return state == Environment.State.STOPPED && isShared(container.getLabels())
        ? finished(container.getId(), call)
        : Optional.empty();
  }

  private Optional<Instant> finished(String container, Context call) {
    try {
      return Optional.of(
          Instant.parse(
              String.valueOf(
                  engine
                      .client(call.deadline())
                      .inspectContainerCmd(container)
                      .exec()
                      .getState()
                      .getFinishedAt())));
    } catch (NotFoundException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static Machine.Builder describe(
      EnvironmentId id,
      Map<String, String> labels,
      String directory,
      Environment.State state,
      String detail) {
    Machine.Builder machine =
        Machine.of(
                new Environment(
                    id,
                    "docker",
                    labels.getOrDefault(Labels.OWNER, ""),
                    MachineLabels.created(labels),
                    state,
                    detail))
            .directory(directory)
            .ttl(labels)
            .shared(isShared(labels));
    return isShared(labels) ? machine : machine.ttlMayChange();
  }

  /** Objects of a Compose project say nothing of it; those are on the shared engine. */
  private static boolean isShared(Map<String, String> labels) {
    return !Mode.ISOLATED.label().equals(labels.get(MachineLabels.MODE));
  }

  private static String directory(InspectVolumeResponse volume) {
    return isShared(volume.getLabels()) ? volume.getMountpoint() : IsolatedMachines.DIRECTORY;
  }

  /** An image may declare volumes of its own, which the engine lists among the mounts. */
  private static String directory(EnvironmentId id, Container container) {
    if (!isShared(container.getLabels())) {
      return IsolatedMachines.DIRECTORY;
    }
    String files = Mode.SHARED.filesVolume(id);
    return container.getMounts().stream()
        .filter(mount -> files.equals(mount.getName()))
        .map(ContainerMount::getDestination)
        .findFirst()
        .orElse("/");
  }

  private static Environment.State state(@Nullable String docker) {
    return switch (docker == null ? "" : docker) {
      case "running" -> Environment.State.RUNNING;
      case "created", "restarting" -> Environment.State.STARTING;
      case "removing" -> Environment.State.REMOVING;
      default -> Environment.State.STOPPED;
    };
  }
}
