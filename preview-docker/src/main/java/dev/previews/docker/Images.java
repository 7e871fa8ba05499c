package dev.previews.docker;

import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerConfigFile;
import dev.previews.engine.Engine;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Context;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The images of our own containers on an engine. */
final class Images {
  private final Engine engine;
  private final Path dockerConfig;

  Images(Engine engine, Path dockerConfig) {
    this.engine = engine;
    this.dockerConfig = dockerConfig;
  }

  /**
   * The id of an image, which is pulled when it is missing.
   *
   * @param option how the user chooses another image
   */
  String ensure(String image, String option, Context call) {
    String present = find(image, call);
    if (present != null) {
      return present;
    }
    call.notice("pulling " + image);
    try {
      pull(image, call);
    } catch (PreviewException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new RemoteCommandException(
          "the image "
              + image
              + " is not on the Docker engine and cannot be pulled; choose one that can with "
              + option,
          String.valueOf(e.getMessage()),
          e);
    }
    String pulled = find(image, call);
    if (pulled == null) {
      throw new RemoteCommandException(
          "the image " + image + " was pulled and is not there; choose another with " + option);
    }
    return pulled;
  }

  private @Nullable String find(String image, Context call) {
    try {
      return engine.client(call.deadline()).inspectImageCmd(image).exec().getId();
    } catch (NotFoundException e) {
      return null;
    }
  }

  private void pull(String image, Context call) {
    String name = image.substring(image.lastIndexOf('/') + 1);
    boolean precise = name.indexOf(':') >= 0 || name.indexOf('@') >= 0;
    PullImageCmd pull =
        engine.client(call.deadline()).pullImageCmd(precise ? image : image + ":latest");
    AuthConfig credentials = credentials(image);
    if (credentials != null) {
      pull.withAuthConfig(credentials);
    }
    try (PullImageResultCallback result = pull.exec(new PullImageResultCallback())) {
      if (!result.awaitCompletion(
          call.deadline().remaining().toMillis() + 1000, TimeUnit.MILLISECONDS)) {
        throw call.deadline().expired("the pull of " + image, "it goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while " + image + " was pulled", e);
    } catch (IOException e) {
      throw new RemoteCommandException("the pull of " + image + " was cut off", e);
    }
  }

  /** What the user's Docker configuration holds itself; credential helpers are the CLI's. */
  private @Nullable AuthConfig credentials(String image) {
    int slash = image.indexOf('/');
    String first = slash < 0 ? "" : image.substring(0, slash);
    boolean registry = first.contains(".") || first.contains(":") || first.equals("localhost");
    try {
      return DockerConfigFile.loadConfig(
              DockerClientConfig.getDefaultObjectMapper(), dockerConfig.toString())
          .resolveAuthConfig(registry ? first : AuthConfig.DEFAULT_SERVER_ADDRESS);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }
}
