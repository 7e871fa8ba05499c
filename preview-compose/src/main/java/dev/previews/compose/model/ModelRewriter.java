package dev.previews.compose.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import dev.previews.spi.Project;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Resolves a project once more, with all variables known, and rewrites it for a machine. */
public final class ModelRewriter {
  /** What is of use on the local machine alone. */
  private static final List<String> LOCAL =
      List.of("develop", "env_file", "label_file", "profiles");

  private final ComposeCli cli;
  private final UnaryOperator<String> signature;

  /**
   * A rewriter that uses this CLI.
   *
   * @param signature makes of a digest of secrets what everybody may see; asked when it is needed
   */
  public ModelRewriter(ComposeCli cli, UnaryOperator<String> signature) {
    this.cli = cli;
    this.signature = signature;
  }

  /** The name under which Compose runs an environment. */
  public static String projectName(Machine machine) {
    return "preview-" + machine.id().value();
  }

  /**
   * The model for a machine; what it leaves out is noticed.
   *
   * @param filesDirectory the machine's directory for the files that are copied
   * @throws InvalidInputException when the machine cannot run what the files say
   */
  public DeployableModel rewrite(
      Project project,
      Machine machine,
      String filesDirectory,
      Map<String, String> variables,
      Context context) {
    String name = projectName(machine);
    Path directory = SourceFiles.directory(project.source());
    ModelResolver resolver =
        new ModelResolver(cli, project.source(), variables, context.deadline());
    ComposeModel model = resolver.resolve(name);
    Map<String, String> values = resolver.values(FileObjects.variables(model));
    MachinePaths paths = new MachinePaths(directory, filesDirectory);
    Sidecars sidecars = new Sidecars(paths, project.sidecars());
    sidecars.add(model);
    return rewrite(model, machine, paths, directory, values, signature, context)
        .joining(sidecars.joins(model));
  }

  static DeployableModel rewrite(
      ComposeModel model,
      Machine machine,
      MachinePaths paths,
      Path directory,
      Map<String, String> values,
      UnaryOperator<String> signature,
      Context context) {
    refuseHostNetwork(model, machine);
    String name = projectName(machine);
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
