package dev.previews.docker;

import dev.previews.engine.EngineAddress;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Environments on a Docker engine, here or elsewhere: {@code docker().isolated()}. Immutable.
 *
 * <p>The engine is, in this order: the one given by {@link #host} or {@link #context}; what {@code
 * DOCKER_HOST} names; what {@code DOCKER_CONTEXT} names; the current context of the Docker
 * configuration; the platform's default socket. A Unix socket and plain TCP are dialled by the JVM;
 * SSH, TLS and named pipes through the {@code docker} CLI.
 *
 * <p>Environments share the engine, and each has a helper container and a volume for its files
 * there, unless they are {@link #isolated}.
 */
public final class Docker implements DriverConfig {
  private static final Docker DEFAULT =
      new Docker(null, null, "busybox:1.37", false, "docker:28-dind");

  private final @Nullable String host;
  private final @Nullable String context;
  private final String image;
  private final boolean isolated;
  private final String machineImage;

  private Docker(
      @Nullable String host,
      @Nullable String context,
      String image,
      boolean isolated,
      String machineImage) {
    this.host = host;
    this.context = context;
    this.image = image;
    this.isolated = isolated;
    this.machineImage = machineImage;
  }

  /** The engine at hand. */
  public static Docker docker() {
    return DEFAULT;
  }

  /**
   * The same on this engine: {@code unix://}, {@code tcp://}, {@code ssh://} or {@code npipe://}.
   */
  public Docker host(String url) {
    return new Docker(required("host", url), null, image, isolated, machineImage);
  }

  /** The same on the engine of this context of the Docker configuration. */
  public Docker context(String name) {
    return new Docker(null, required("context", name), image, isolated, machineImage);
  }

  /**
   * The same with helper containers of this image, which must have {@code sh}, {@code tail} and
   * {@code nc} as busybox has them. Default: {@code busybox:1.37}. Pulled where it is missing.
   */
  public Docker image(String name) {
    return new Docker(host, context, required("image", name), isolated, machineImage);
  }

  /** The same with an engine of its own for each environment, in a privileged container. */
  public Docker isolated() {
    return isolated(true);
  }

  Docker isolated(boolean own) {
    return new Docker(host, context, image, own, machineImage);
  }

  /**
   * The same with {@linkplain #isolated isolated} engines in containers of this image, which must
   * have {@code sh}, {@code dockerd} and {@code docker}. Default: {@code docker:28-dind}. Pulled
   * where it is missing.
   */
  public Docker machineImage(String name) {
    return new Docker(host, context, image, isolated, required("machineImage", name));
  }

  private static String required(String option, String value) {
    if (value.isBlank()) {
      throw new InvalidInputException("the docker driver's " + option + " is blank");
    }
    return value;
  }

  @Override
  public Driver open(Context call) {
    EngineAddress address =
        EngineAddress.resolve(
            host, context, System.getenv(), Path.of(System.getProperty("user.home", "/")));
    return DockerDriver.open(address, this, call);
  }

  String image() {
    return image;
  }

  String machineImage() {
    return machineImage;
  }

  boolean isIsolated() {
    return isolated;
  }

  @Override
  public String toString() {
    return "docker"
        + (host != null ? " at " + host : context != null ? " of context " + context : "")
        + (isolated ? ", isolated" : "");
  }
}
