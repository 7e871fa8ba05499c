package dev.previews.compose.images;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import dev.previews.engine.Engine;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.spi.Context;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import java.util.Map;

/**
 * The images that were built for an environment and whose name a later build took: in one that
 * lives long they would fill the disk.
 */
public final class SupersededImages {
  private final Engine engine;
  private final EnvironmentId id;
  private final Context context;

  /** Those of the machine's environment. */
  public SupersededImages(Engine engine, Machine machine, Context context) {
    this.engine = engine;
    this.id = machine.id();
    this.context = context;
  }

  /**
   * Removes those that no container uses and no image is based on. Where that fails, it is said and
   * they stay until the next time.
   */
  public void remove() {
    try {
      DockerClient client = engine.client(context.deadline());
      // Not a prune: an engine refuses one while it does another, of anybody.
      for (Image image :
          client
              .listImagesCmd()
              .withDanglingFilter(true)
              .withLabelFilter(Map.of(Labels.ENVIRONMENT, id.value()))
              .exec()) {
        remove(client, image.getId());
      }
    } catch (PreviewInterruptedException e) {
      throw e;
    } catch (DockerException | PreviewException e) {
      context.notice(
          "earlier images of environment " + id + " were not removed: " + e.getMessage());
    }
  }

  private static void remove(DockerClient client, String image) {
    try {
      client.removeImageCmd(image).withForce(false).exec();
    } catch (NotFoundException | ConflictException e) {
      // Gone already, or in use.
    }
  }
}
