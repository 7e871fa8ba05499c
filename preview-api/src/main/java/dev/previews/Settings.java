package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.DeployerProvider;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.ProjectSource;
import dev.previews.spi.TunnelConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for; null where nothing was said. A builder changes its own; everything else
 * works on a copy and only reads.
 */
final class Settings {
  private static final Duration DEADLINE = Duration.ofMinutes(10);

  /** For what should have been removed when it was closed: its JVM may have died. */
  private static final Duration EPHEMERAL_TTL = Duration.ofHours(2);

  @Nullable DriverConfig driver;

  /** What the driver was read from; null when it was given as an object, or not at all. */
  @Nullable String driverAddress;

  @Nullable DeployerProvider deployer;
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
  @Nullable Duration ttl;
  ProgressListener listener = ProgressListener.none();
  boolean ephemeral;
  boolean leaveExisting;
  boolean guarded;

  /** The environment of this process, from which CI services are recognised. */
  Map<String, String> environment = System.getenv();

  Settings copy() {
    Settings copy = new Settings();
    copy.driver = driver;
    copy.driverAddress = driverAddress;
    copy.deployer = deployer;
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
    copy.ttl = ttl;
    copy.listener = listener;
    copy.ephemeral = ephemeral;
    copy.leaveExisting = leaveExisting;
    copy.guarded = guarded;
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

  Optional<Duration> ttlOrDefault() {
    return Optional.ofNullable(ttl != null || !ephemeral ? ttl : EPHEMERAL_TTL);
  }

  Deployer deployer() {
    return deployer == null ? Providers.deployer() : deployer.create();
  }

  DriverConfig driverOrDefault() {
    return driver == null ? Providers.defaultDriver() : driver;
  }

  /** The driver's address; null when it was given as an object. */
  @Nullable String driverAddressOrDefault() {
    return driver == null ? Providers.DEFAULT_DRIVER : driverAddress;
  }

  ProjectSource source(List<Path> files) {
    ProjectSource source =
        ProjectSource.of(files).profiles(profiles).services(services).variables(variables);
    return projectDirectory == null ? source : source.directory(projectDirectory);
  }

  /** Where, and what is fixed of the environments there; no variables, which may be secrets. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("previews on ");
    text.append(driver == null ? Providers.DEFAULT_DRIVER : driver.toString());
    if (id != null) {
      text.append(", id ").append(id);
    }
    text.append(", owner ").append(ownerOrDefault());
    if (ephemeral) {
      text.append(guarded ? ", guarded" : ", ephemeral");
    }
    ttlOrDefault().ifPresent(time -> text.append(", kept for ").append(time));
    return text.toString();
  }
}
