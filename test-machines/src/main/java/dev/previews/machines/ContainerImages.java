package dev.previews.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.MountableFile;

/** Images of the engine at hand, for an engine inside one of its containers. */
final class ContainerImages {
  private static final String ARCHIVE = "/image.tar";

  private ContainerImages() {}

  /**
   * Copies an image.
   *
   * @param load the command there that takes an archive, whose path follows
   */
  static void copy(String image, GenericContainer<?> container, String... load)
      throws IOException, InterruptedException {
    Path archive = Files.createTempFile("previews-image", ".tar");
    try {
      DockerCli.output("save", "--output", archive.toString(), image);
      container.copyFileToContainer(MountableFile.forHostPath(archive), ARCHIVE);
      List<String> argv = new ArrayList<>(List.of(load));
      argv.add(ARCHIVE);
      ExecResult loaded = container.execInContainer(argv.toArray(String[]::new));
      if (loaded.getExitCode() != 0) {
        throw new IOException("the machine cannot take " + image + ": " + loaded.getStderr());
      }
    } finally {
      Files.deleteIfExists(archive);
    }
  }
}
