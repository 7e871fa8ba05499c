package dev.previews.compose.run;

import com.github.dockerjava.api.DockerClient;
import dev.previews.engine.Engine;
import dev.previews.error.OwnershipException;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a project whose name is taken on the engine by something that is not ours: Compose would
 * take it over.
 */
final class Ownership {
  private static final String PROJECT = "com.docker.compose.project";

  private final Machine machine;
  private final String project;

  private Ownership(Machine machine, String project) {
    this.machine = machine;
    this.project = project;
  }

  static void check(Engine engine, Machine machine, String project, Context context) {
    DockerClient client = engine.client(context.deadline());
    List<String> label = List.of(PROJECT + "=" + project);
    Ownership ownership = new Ownership(machine, project);
    client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(label)
        .exec()
        .forEach(found -> ownership.check("container", found.getId(), found.getLabels()));
    client
        .listNetworksCmd()
        .withFilter("label", label)
        .exec()
        .forEach(found -> ownership.check("network", found.getName(), found.getLabels()));
    client
        .listVolumesCmd()
        .withFilter("label", label)
        .exec()
        .getVolumes()
        .forEach(found -> ownership.check("volume", found.getName(), found.getLabels()));
  }

  private void check(String kind, String name, @Nullable Map<String, String> labels) {
    String id = labels == null ? null : labels.get(Labels.ENVIRONMENT);
    if (!machine.id().value().equals(id)) {
      throw new OwnershipException(
          "environment "
              + machine.id()
              + " of "
              + machine.environment().owner()
              + " needs the Compose project "
              + project
              + ", but the engine has a "
              + kind
              + " "
              + name
              + " of a project of that name that "
              + (id == null ? "Previews did not create" : "belongs to environment " + id)
              + ": remove that project, or choose another id");
    }
  }
}
