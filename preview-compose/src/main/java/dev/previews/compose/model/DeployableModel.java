package dev.previews.compose.model;

import dev.previews.compose.files.FileSource;
import dev.previews.spi.ExposedService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
    List<Build> builds) {

  /** The project's name alone: the rest may hold secrets. */
  @Override
  public String toString() {
    return "model of " + project;
  }
}
