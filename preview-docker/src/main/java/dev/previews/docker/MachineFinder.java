package dev.previews.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerMount;
import dev.previews.engine.Engine;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds machines by their labels, with two requests however many there are. */
final class MachineFinder {
  private final Engine engine;

  MachineFinder(Engine engine) {
    this.engine = engine;
  }

  List<Machine> all(Context call) {
    return matching(Labels.ENVIRONMENT, call);
  }

  Optional<Machine> one(EnvironmentId id, Context call) {
    return matching(Labels.ENVIRONMENT + "=" + id, call).stream().findFirst();
  }

  private List<Machine> matching(String label, Context call) {
    Map<EnvironmentId, Machine> machines = new TreeMap<>();
    List<String> volumeLabels = List.of(label, MachineLabels.ROLE + "=" + MachineLabels.FILES);
    List<InspectVolumeResponse> volumes =
        engine
            .client(call.deadline())
            .listVolumesCmd()
            .withFilter("label", volumeLabels)
            .exec()
            .getVolumes();
    for (InspectVolumeResponse volume :
        volumes == null ? List.<InspectVolumeResponse>of() : volumes) {
      add(
          machines,
          volume.getLabels(),
          directory(volume),
          Environment.State.STOPPED,
          "its container is missing");
    }
    for (Container container :
        engine
            .client(call.deadline())
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(List.of(label, MachineLabels.ROLE + "=" + MachineLabels.MACHINE))
            .exec()) {
      Environment.State state = state(container.getState());
      add(
          machines,
          container.getLabels(),
          directory(container),
          state,
          state == Environment.State.STOPPED ? String.valueOf(container.getStatus()) : "");
    }
    return new ArrayList<>(machines.values());
  }

  private static void add(
      Map<EnvironmentId, Machine> machines,
      @Nullable Map<String, String> labels,
      String directory,
      Environment.State state,
      String detail) {
    if (labels == null) {
      return;
    }
    EnvironmentId id;
    try {
      id = EnvironmentId.of(labels.getOrDefault(Labels.ENVIRONMENT, ""));
    } catch (InvalidInputException e) {
      return;
    }
    machines.put(id, describe(id, labels, directory, state, detail));
  }

  static Machine describe(
      EnvironmentId id,
      Map<String, String> labels,
      String directory,
      Environment.State state,
      String detail) {
    return Machine.of(
            new Environment(
                id,
                "docker",
                labels.getOrDefault(Labels.OWNER, ""),
                MachineLabels.created(labels),
                state,
                detail))
        .directory(directory)
        .shared(Mode.SHARED.label().equals(labels.get(MachineLabels.MODE)))
        .build();
  }

  private static String directory(InspectVolumeResponse volume) {
    Map<String, String> labels = volume.getLabels();
    boolean isolated =
        labels != null && Mode.ISOLATED.label().equals(labels.get(MachineLabels.MODE));
    return isolated ? IsolatedMachines.DIRECTORY : volume.getMountpoint();
  }

  private static String directory(Container container) {
    if (Mode.ISOLATED.label().equals(container.getLabels().get(MachineLabels.MODE))) {
      return IsolatedMachines.DIRECTORY;
    }
    return container.getMounts().stream()
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
