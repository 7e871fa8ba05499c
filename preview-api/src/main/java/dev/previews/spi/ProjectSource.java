package dev.previews.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the user gave to be brought up: Compose files and how to read them. Immutable. */
public final class ProjectSource {
  private final List<Path> files;
  private final @Nullable Path directory;
  private final Set<String> profiles;
  private final Set<String> services;
  private final Map<String, String> variables;

  private ProjectSource(
      List<Path> files,
      @Nullable Path directory,
      Set<String> profiles,
      Set<String> services,
      Map<String, String> variables) {
    this.files = List.copyOf(files);
    this.directory = directory;
    this.profiles = Set.copyOf(profiles);
    this.services = Set.copyOf(services);
    this.variables = Map.copyOf(variables);
  }

  /** These Compose files; a later one overrides what an earlier one says. */
  public static ProjectSource of(List<Path> files) {
    return new ProjectSource(files, null, Set.of(), Set.of(), Map.of());
  }

  /** The same with paths in the files taken from this directory. */
  public ProjectSource directory(Path projectDirectory) {
    return new ProjectSource(files, projectDirectory, profiles, services, variables);
  }

  /** The same with these profiles active. */
  public ProjectSource profiles(Set<String> active) {
    return new ProjectSource(files, directory, active, services, variables);
  }

  /** The same with only these services, and what they depend on. */
  public ProjectSource services(Set<String> chosen) {
    return new ProjectSource(files, directory, profiles, chosen, variables);
  }

  /**
   * The same with these variables at interpolation; they win over this process's environment and
   * over {@code .env}.
   */
  public ProjectSource variables(Map<String, String> values) {
    return new ProjectSource(files, directory, profiles, services, values);
  }

  /** The Compose files, at least one. */
  public List<Path> files() {
    return files;
  }

  /** The project directory; empty for that of the first file. */
  public Optional<Path> directory() {
    return Optional.ofNullable(directory);
  }

  /** The active profiles. */
  public Set<String> profiles() {
    return profiles;
  }

  /** The chosen services; empty for all of the active profiles. */
  public Set<String> services() {
    return services;
  }

  /** Variables at interpolation. */
  public Map<String, String> variables() {
    return variables;
  }

  @Override
  public String toString() {
    return files.toString();
  }
}
