package dev.previews.compose.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Rewrites a model for a machine. */
public final class ModelRewriter {
  /** What is of use on the local machine alone. */
  private static final List<String> LOCAL =
      List.of("develop", "env_file", "label_file", "profiles");

  private ModelRewriter() {}

  /** The name under which Compose runs an environment. */
  public static String projectName(EnvironmentId id) {
    return "preview-" + id.value();
  }

  /** Rewrites the model, which is changed; what is left out of it is noticed. */
  static DeployableModel rewrite(
      ComposeModel model,
      Machine machine,
      MachinePaths paths,
      Path directory,
      Map<String, String> values,
      UnaryOperator<String> signature,
      Context context) {
    refuseHostNetwork(model, machine);
    String name = projectName(machine.id());
    List<ExposedService> exposed = PublishedPorts.exposed(model);
    OwnLabels labels = new OwnLabels(machine);
    model.tree().put("name", name);
    model.services().values().forEach(service -> service.remove(LOCAL));
    new OwnNames(name).rewrite(model);
    new OwnImages(name).rewrite(model, labels.labels());
    labels.rewrite(model, exposed);
    new LoopbackPorts(context::notice).rewrite(model);
    ComposeModel built = model.copy();
    model.services().values().forEach(service -> service.remove("build"));
    new BindMounts(paths, context::notice).rewrite(model);
    new FileObjects(paths, values, signature).rewrite(model);
    return new DeployableModel(
        name,
        directory,
        ModelJson.write(model.tree()),
        ModelJson.write(built.tree()),
        values,
        paths.sources(),
        paths.emptyDirectories(),
        exposed,
        services(model),
        OwnImages.builds(built));
  }

  private static void refuseHostNetwork(ComposeModel model, Machine machine) {
    model
        .services()
        .forEach(
            (name, service) -> {
              if (machine.shared() && service.path("network_mode").asText().equals("host")) {
                throw new InvalidInputException(
                    "service '"
                        + name
                        + "' has network_mode: host, and the engine is shared with"
                        + " others: give the environment an engine of its own, with"
                        + " docker().isolated()");
              }
            });
  }

  private static List<DeployedService> services(ComposeModel model) {
    Set<String> awaited = new TreeSet<>();
    for (ObjectNode service : model.services().values()) {
      for (Map.Entry<String, JsonNode> on : service.path("depends_on").properties()) {
        if (on.getValue().path("condition").asText().equals("service_completed_successfully")) {
          awaited.add(on.getKey());
        }
      }
    }
    List<DeployedService> services = new ArrayList<>();
    model
        .services()
        .forEach(
            (name, service) ->
                services.add(
                    new DeployedService(
                        name,
                        service.path("image").asText(),
                        service.path("pull_policy").asText(""),
                        service
                            .path("scale")
                            .asInt(service.path("deploy").path("replicas").asInt(1)),
                        awaited.contains(name))));
    return services;
  }
}
