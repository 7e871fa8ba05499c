package dev.previews.compose.model;

import dev.previews.compose.files.FileSource;
import dev.previews.spi.ExposedService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model that was rewritten for a machine.
 *
 * @param project the name under which Compose runs it
 * @param projectDirectory the local directory that it was read from
 * @param runInput what Compose reads to run it; holds secrets
 * @param buildInput what Compose reads to build its images; holds secrets
 * @param variables what Compose needs in its environment to run it; holds secrets
 * @param files what goes below the directory for files of the machine
 * @param emptyDirectories absolute paths on the machine that must exist
 * @param exposed the services with their ports and labels, by name
 * @param services the same services, as they run
 * @param builds the images to be built
 * @param joins the networks, by the engine's names, that a service is to be connected to besides
 *     those that the model gives it; by service
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record DeployableModel(
    String project,
    Path projectDirectory,
    String runInput,
    String buildInput,
    Map<String, String> variables,
    List<FileSource> files,
    List<String> emptyDirectories,
    List<ExposedService> exposed,
    List<DeployedService> services,
    List<Build> builds,
    Map<String, Set<String>> joins) {

  /** A model whose services are connected as it says, and no further. */
  public DeployableModel(
      String project,
      Path projectDirectory,
      String runInput,
      String buildInput,
      Map<String, String> variables,
      List<FileSource> files,
      List<String> emptyDirectories,
      List<ExposedService> exposed,
      List<DeployedService> services,
      List<Build> builds) {
    this(
        project,
        projectDirectory,
        runInput,
        buildInput,
        variables,
        files,
        emptyDirectories,
        exposed,
        services,
        builds,
        Map.of());
  }

  /** The same with these services connected further. */
  DeployableModel joining(Map<String, Set<String>> further) {
    return new DeployableModel(
        project,
        projectDirectory,
        runInput,
        buildInput,
        variables,
        files,
        emptyDirectories,
        exposed,
        services,
        builds,
        further);
  }

  /** The project's name alone: the rest may hold secrets. */
  @Override
  public String toString() {
    return "model of " + project;
  }
}
