package dev.previews.compose.deployment;

import com.github.dockerjava.api.DockerClient;
import dev.previews.compose.model.ModelRewriter;
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
  private final Engine engine;
  private final Machine machine;
  private final String project;
  private final Context context;

  Ownership(Engine engine, Machine machine, Context context) {
    this.engine = engine;
    this.machine = machine;
    this.project = ModelRewriter.projectName(machine.id());
    this.context = context;
  }

  void check() {
    DockerClient client = engine.client(context.deadline());
    List<String> label = List.of(ServiceContainer.PROJECT + "=" + project);
    client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(label)
        .exec()
        .forEach(found -> check("container", found.getId(), found.getLabels()));
    client
        .listNetworksCmd()
        .withFilter("label", label)
        .exec()
        .forEach(found -> check("network", found.getName(), found.getLabels()));
    client
        .listVolumesCmd()
        .withFilter("label", label)
        .exec()
        .getVolumes()
        .forEach(found -> check("volume", found.getName(), found.getLabels()));
  }

  private void check(String kind, String name, @Nullable Map<String, String> labels) {
    String id = labels == null ? null : labels.get(Labels.ENVIRONMENT);
    String owner = labels == null ? null : labels.get(Labels.OWNER);
    String wanted = machine.environment().owner();
    if (!machine.id().value().equals(id) || (owner != null && !owner.equals(wanted))) {
      throw new OwnershipException(
          "environment "
              + machine.id()
              + " of "
              + wanted
              + " needs the Compose project "
              + project
              + ", but the engine has a "
              + kind
              + " "
              + name
              + " of a project of that name that "
              + (id == null
                  ? "Previews did not create"
                  : "belongs to environment " + id + " of " + owner)
              + ": remove that project, or choose another id");
    }
  }
}
