package dev.previews.spi;

import java.util.List;
import java.util.Map;

/** A Compose project as it was read on this machine, before anything is created. Immutable. */
public final class Project {
  private final ProjectSource source;
  private final String name;
  private final List<ExposedService> services;
  private final Map<String, Object> settings;
  private final List<Sidecar> sidecars;

  private Project(
      ProjectSource source,
      String name,
      List<ExposedService> services,
      Map<String, Object> settings,
      List<Sidecar> sidecars) {
    this.source = source;
    this.name = name;
    this.services = List.copyOf(services);
    this.settings = Map.copyOf(settings);
    this.sidecars = List.copyOf(sidecars);
  }

  /**
   * A project that was read.
   *
   * @param source what it was read from
   * @param name the project's name by Compose's own rules
   * @param services the services that would run
   * @param settings what stands below {@code x-preview}: JDK maps, lists, strings, numbers and
   *     booleans
   */
  public static Project of(
      ProjectSource source,
      String name,
      List<ExposedService> services,
      Map<String, Object> settings) {
    return new Project(source, name, services, settings, List.of());
  }

  /** The same with these containers beside the services, instead of any that it had. */
  public Project sidecars(List<Sidecar> beside) {
    return new Project(source, name, services, settings, beside);
  }

  /** What it was read from. */
  public ProjectSource source() {
    return source;
  }

  /** Its name by Compose's own rules. */
  public String name() {
    return name;
  }

  /** The services that would run, by name. */
  public List<ExposedService> services() {
    return services;
  }

  /** What stands below {@code x-preview} in the Compose files; empty when nothing does. */
  public Map<String, Object> settings() {
    return settings;
  }

  /** What is to run beside the services. */
  public List<Sidecar> sidecars() {
    return sidecars;
  }

  @Override
  public String toString() {
    return "project " + name;
  }
}
