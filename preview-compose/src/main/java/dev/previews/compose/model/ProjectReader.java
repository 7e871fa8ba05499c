package dev.previews.compose.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.compose.cli.ComposeCli;
import dev.previews.environment.EnvironmentId;
import dev.previews.spi.Context;
import dev.previews.spi.Project;
import dev.previews.spi.ProjectSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads projects on this machine alone. */
public final class ProjectReader {
  private final ComposeCli cli;
  private final Map<String, String> environment;

  /** A reader that uses this CLI, whose calls inherit this environment. */
  public ProjectReader(ComposeCli cli, Map<String, String> environment) {
    this.cli = cli;
    this.environment = environment;
  }

  /**
   * Reads a project; URLs that it wants to know are taken for {@code http://localhost}.
   *
   * @throws dev.previews.error.InvalidInputException when it is wrong
   */
  public Project read(ProjectSource source, Context context) {
    List<String> texts = SourceFiles.read(source);
    Map<String, String> unknown = new TreeMap<>(UrlVariables.placeholders(texts));
    unknown.keySet().removeAll(environment.keySet());
    unknown.keySet().removeAll(source.variables().keySet());
    ComposeModel model = new ModelResolver(cli, source, unknown, context.deadline()).resolve();
    PublishedPorts.refuseClashes(model, SourceFiles.named(source));
    return Project.of(
        source,
        model.name(),
        PublishedPorts.exposed(model),
        model.tree().get("x-preview") instanceof ObjectNode settings
            ? ModelJson.plain(settings)
            : Map.of());
  }

  /**
   * Resolves a project once more, with all variables known.
   *
   * @throws dev.previews.error.InvalidInputException when no machine could run it
   */
  public ResolvedModel resolve(
      Project project, EnvironmentId id, Map<String, String> variables, Context context) {
    ModelResolver resolver =
        new ModelResolver(cli, project.source(), variables, context.deadline());
    ComposeModel model = resolver.resolve(ModelRewriter.projectName(id));
    ResolvedModel resolved =
        new ResolvedModel(
            model,
            SourceFiles.directory(project.source()),
            resolver.values(FileObjects.variables(model)),
            project.sidecars());
    resolved.check();
    return resolved;
  }
}
