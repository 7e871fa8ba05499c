package dev.previews.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A container that is to run beside the services of an environment and reaches all of them by name:
 * on every network of theirs, started again whenever it ends, publishing nothing. Immutable.
 */
public final class Sidecar {
  private final String name;
  private final String image;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Map<String, Path> folders;

  private Sidecar(
      String name,
      String image,
      List<String> command,
      Map<String, String> environment,
      Map<String, Path> folders) {
    this.name = name;
    this.image = image;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.folders = Map.copyOf(folders);
  }

  /**
   * A container of this image.
   *
   * @param name what it is called among the services; none of them may have the same name
   * @param command what it runs, instead of what the image says
   */
  public static Sidecar of(String name, String image, List<String> command) {
    return new Sidecar(name, image, command, Map.of(), Map.of());
  }

  /** The same with these environment variables; they are no place for secrets. */
  public Sidecar environment(Map<String, String> values) {
    return new Sidecar(name, image, command, values, folders);
  }

  /**
   * The same with this folder of this machine copied to where the container runs, and mounted
   * there, read-only. Other content does not make another container: the container sees it change.
   *
   * @param target an absolute path in the container
   */
  public Sidecar folder(String target, Path local) {
    return new Sidecar(name, image, command, environment, Map.of(target, local));
  }

  /** What it is called among the services. */
  public String name() {
    return name;
  }

  /** Its image. */
  public String image() {
    return image;
  }

  /** What it runs. */
  public List<String> command() {
    return command;
  }

  /** Its environment variables. */
  public Map<String, String> environment() {
    return environment;
  }

  /** The folders that it sees, by their path in it. */
  public Map<String, Path> folders() {
    return folders;
  }

  @Override
  public String toString() {
    return name;
  }
}
