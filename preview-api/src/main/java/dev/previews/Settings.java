package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.ProjectSource;
import dev.previews.spi.TunnelConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for; null where nothing was said. A builder changes its own; everything else
 * works on a copy and only reads.
 */
final class Settings {
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  @Nullable DriverConfig driver;
  @Nullable Template template;
  Map<String, String> templateValues = new HashMap<>();
  @Nullable TunnelConfig tunnel;
  @Nullable EnvironmentId id;
  @Nullable String owner;
  @Nullable Path projectDirectory;
  Set<String> profiles = Set.of();
  Set<String> services = Set.of();
  Map<String, String> variables = new HashMap<>();
  @Nullable Duration deadline;
  ProgressListener listener = ProgressListener.none();
  boolean ephemeral;

  /** The environment of this process, from which CI services are recognised. */
  Map<String, String> environment = System.getenv();

  Settings copy() {
    Settings copy = new Settings();
    copy.driver = driver;
    copy.template = template;
    copy.templateValues = new HashMap<>(templateValues);
    copy.tunnel = tunnel;
    copy.id = id;
    copy.owner = owner;
    copy.projectDirectory = projectDirectory;
    copy.profiles = profiles;
    copy.services = services;
    copy.variables = new HashMap<>(variables);
    copy.deadline = deadline;
    copy.listener = listener;
    copy.ephemeral = ephemeral;
    copy.environment = environment;
    return copy;
  }

  /** The context of one call that begins now. */
  Context begin() {
    return Context.of(Deadline.in(deadline == null ? DEADLINE : deadline), listener);
  }

  String ownerOrDefault() {
    return owner == null ? Surroundings.owner(environment) : owner;
  }

  DriverConfig driverOrDefault() {
    return driver == null ? Providers.defaultDriver() : driver;
  }

  ProjectSource source(List<Path> files) {
    ProjectSource source =
        ProjectSource.of(files).profiles(profiles).services(services).variables(variables);
    return projectDirectory == null ? source : source.directory(projectDirectory);
  }
}
