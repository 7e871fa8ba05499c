package dev.previews;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.Template;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.progress.ProgressListener;
import dev.previews.spi.DeployerProvider;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.TunnelConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Preview environments in one place: brings Compose files up there, finds, lists and removes what
 * is there.
 *
 * <pre>{@code
 * try (Preview preview = Previews.builder().driver(docker()).up(Path.of("compose.yaml"))) {
 *   URI web = preview.url("web");
 * }
 * }</pre>
 *
 * Immutable and thread-safe; holds nothing open between calls. Every call throws {@link
 * dev.previews.error.PreviewException} or one of its kinds when it fails: {@link
 * InvalidInputException} for what the user gave, before anything is created; {@link
 * dev.previews.error.ConnectionException} when the place cannot be reached; {@link
 * dev.previews.error.ServiceFailedException} when a service does not become ready; {@link
 * dev.previews.error.DeadlineException} at the deadline; {@link
 * dev.previews.error.OwnershipException} when the name is somebody else's; {@link
 * dev.previews.error.MissingProviderException} when a jar is missing.
 */
public final class Previews {
  private final Settings settings;

  private Previews(Settings settings) {
    this.settings = settings;
  }

  /** Starts the description of where and how environments run. */
  public static Builder builder() {
    return new Builder(new Settings());
  }

  /**
   * Brings a project up and waits until it is ready. With the id of an environment that exists,
   * only what differs changes.
   *
   * <p>A failure leaves what was made so far, so that it can be looked at: the next {@code up} goes
   * on from there, {@link #down} removes it. An {@linkplain Builder#ephemeral() ephemeral}
   * environment is removed at once.
   *
   * @param composeFile the Compose file
   * @param more further ones; a later one overrides what an earlier one says
   * @return the running environment; the caller closes it
   */
  public Preview up(Path composeFile, Path... more) {
    List<Path> files = new ArrayList<>();
    files.add(composeFile);
    files.addAll(Arrays.asList(more));
    return new Up(settings).run(files);
  }

  /** The environments that are in this place, whoever brought them up, by id. */
  public List<Environment> list() {
    return new Existing(settings).list();
  }

  /**
   * An environment that is up, with URLs of this JVM's own; the caller closes it. Empty when there
   * is none of this id.
   *
   * @throws dev.previews.error.PreviewException when it exists and does not run
   */
  public Optional<Preview> find(String id) {
    return new Existing(settings).find(EnvironmentId.of(id));
  }

  /**
   * Removes an environment with its volumes, and waits until it is gone. Harmless when there is
   * none of this id.
   */
  public void down(String id) {
    down(id, VolumePolicy.REMOVE);
  }

  /** Removes an environment, and waits until it is gone. Harmless when there is none of this id. */
  public void down(String id, VolumePolicy volumes) {
    new Existing(settings).down(EnvironmentId.of(id), volumes);
  }

  /**
   * The environments of this place that have outlived the {@linkplain Builder#ttl time} that they
   * were to be kept after their last use, whoever owns them.
   */
  public List<Environment> expired() {
    return new Existing(settings).expired();
  }

  /**
   * Removes the {@linkplain #expired() expired} environments with their volumes, whoever owns them:
   * who gave them a time has agreed. For a scheduled job, say.
   *
   * @return those that were removed; one that cannot be is left for the next time, with a notice to
   *     the progress listener
   */
  public List<Environment> sweep() {
    return new Existing(settings).sweep();
  }

  /** A description that starts with this one's options; changes of it leave this one alone. */
  public Builder toBuilder() {
    return new Builder(settings.copy());
  }

  /** Where it is, and what is fixed of its environments; no variables. */
  @Override
  public String toString() {
    return settings.toString();
  }

  /** Collects the options. Every one has a default; not thread-safe. */
  public static final class Builder {
    private final Settings settings;

    private Builder(Settings settings) {
      this.settings = settings;
    }

    /**
     * Where environments live. Default: what {@code x-preview} in the Compose file names, else the
     * Docker engine at hand.
     */
    public Builder driver(DriverConfig driver) {
      settings.driver = driver;
      settings.driverAddress = null;
      return this;
    }

    /**
     * Where environments live, by name: {@code "docker"}, {@code
     * "kube://previews?context=staging"}. The driver's jar must be on the class path.
     *
     * @throws dev.previews.error.MissingProviderException when it is not; the message names it
     */
    public Builder driver(String address) {
      driver(Providers.driver(address));
      settings.driverAddress = address;
      return this;
    }

    /**
     * What brings Compose files up. Default: the one that {@link java.util.ServiceLoader} finds;
     * with this, a {@link DriverConfig} and a {@link TunnelConfig}, nothing is looked for, which
     * class loaders that hide providers need.
     */
    public Builder deployer(DeployerProvider deployer) {
      settings.deployer = deployer;
      return this;
    }

    /**
     * The template from which the driver makes the objects of a machine. Default: the driver's own.
     * Drivers without templates refuse one.
     *
     * @throws InvalidInputException when the file cannot be read
     */
    public Builder template(Path file) {
      return template(Template.read(file));
    }

    /** The template, as text. */
    public Builder template(Template template) {
      settings.template = template;
      return this;
    }

    /** A variable for the template. */
    public Builder templateValue(String name, String value) {
      settings.templateValues.put(name, value);
      return this;
    }

    /** How URLs reach the services. Default: ports on this JVM's loopback. */
    public Builder tunnel(TunnelConfig tunnel) {
      settings.tunnel = tunnel;
      return this;
    }

    /**
     * How URLs reach the services, by name: {@code "ssh://gateway.example.com:2222"}. The tunnel's
     * jar must be on the class path.
     *
     * @throws dev.previews.error.MissingProviderException when it is not; the message names it
     */
    public Builder tunnel(String address) {
      return tunnel(Providers.tunnel(address));
    }

    /**
     * The environment's id. Default: {@code <project>-<branch>}, the branch taken from the
     * variables of GitHub Actions, GitLab, CircleCI, Travis, Azure Pipelines or Jenkins, else from
     * git.
     *
     * @throws InvalidInputException when it is not valid
     */
    public Builder id(String id) {
      settings.id = EnvironmentId.of(id);
      return this;
    }

    /**
     * Who owns the environment. An environment of another owner is not changed and not removed.
     * Default: the repository in CI, else the name of the user.
     */
    public Builder owner(String owner) {
      if (owner.isBlank()) {
        throw new InvalidInputException("the owner is blank: give a name, or leave it out");
      }
      settings.owner = owner;
      return this;
    }

    /**
     * The directory that paths in the Compose files start from. Default: that of the first file.
     */
    public Builder projectDirectory(Path directory) {
      settings.projectDirectory = directory;
      return this;
    }

    /** Profiles to activate. */
    public Builder profiles(String... profiles) {
      settings.profiles = names("profile", profiles);
      return this;
    }

    /** The services to run, with what they depend on. Default: all of the active profiles. */
    public Builder services(String... services) {
      settings.services = names("service", services);
      return this;
    }

    /**
     * Variables for the interpolation of the Compose files; they win over this process's
     * environment and {@code .env}.
     */
    public Builder variables(Map<String, String> variables) {
      settings.variables.putAll(variables);
      return this;
    }

    /**
     * A variable for the interpolation of the Compose files; wins over this process's environment
     * and {@code .env}.
     */
    public Builder variable(String name, String value) {
      return variables(Map.of(name, value));
    }

    /**
     * How long one call may take, all of its steps together. Default: what {@code x-preview} says,
     * else 10 minutes.
     *
     * @throws InvalidInputException when it is not positive
     */
    public Builder deadline(Duration deadline) {
      if (deadline.isZero() || deadline.isNegative()) {
        throw new InvalidInputException("the deadline must be positive, not " + deadline);
      }
      settings.deadline = deadline;
      return this;
    }

    /**
     * How long the environment is kept after its last use, at least a second; fractions do not
     * count. Use is an {@code up}, a command, a look at logs, and a connection through a URL of
     * this JVM's loopback, with every byte that they carry; a request through a tunnel gateway does
     * not pass this library and is none. Each {@code up} sets the time anew; one without a ttl ends
     * it. When the time is over, any later {@code up} of the same owner removes it, and {@link
     * Previews#sweep()}. Default: {@link #ephemeral()} ones 2 hours, in case this JVM dies before
     * it closes them; others until somebody removes them.
     *
     * @throws InvalidInputException when it is shorter than a second
     */
    public Builder ttl(Duration time) {
      if (time.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new InvalidInputException("the ttl must be a second or more, not " + time);
      }
      settings.ttl = Duration.ofSeconds(time.toSeconds());
      return this;
    }

    /** Hears of progress. Default: nobody; see {@link ConsoleProgress}. */
    public Builder progress(ProgressListener listener) {
      settings.listener = listener;
      return this;
    }

    /** The environment is removed when its {@link Preview} is closed, and when {@code up} fails. */
    public Builder ephemeral() {
      settings.ephemeral = true;
      return this;
    }

    /**
     * The environment is {@link #ephemeral()}, and a small process beside this JVM removes it at
     * once when this JVM ends without closing its {@link Preview}: even when it is killed. That
     * process is a JVM of its own for each {@code up}, of this one's {@code java.class.path}; it
     * ends with the {@code Preview}. It opens the driver by its address: one that was given as an
     * object is refused, and so is a class path on which it does not find this library.
     */
    public Builder guarded() {
      settings.guarded = true;
      return ephemeral();
    }

    /**
     * An environment that is there already is brought up to date and otherwise left as it was: it
     * keeps its own time to live, or none, and stays when its {@link Preview} is closed. {@link
     * #ephemeral()} and {@link #ttl} hold for one that this {@code up} makes. For a name that
     * others may have in use: a test's, say.
     */
    public Builder leaveExisting() {
      settings.leaveExisting = true;
      return this;
    }

    /** The place as described so far. */
    public Previews build() {
      return new Previews(settings.copy());
    }

    /** What was said so far; no variables. */
    @Override
    public String toString() {
      return settings.toString();
    }

    /** The same as {@code build().up(…)}. */
    public Preview up(Path composeFile, Path... more) {
      return build().up(composeFile, more);
    }

    /** The same as {@code build().list()}. */
    public List<Environment> list() {
      return build().list();
    }

    /** The same as {@code build().find(id)}. */
    public Optional<Preview> find(String id) {
      return build().find(id);
    }

    /** The same as {@code build().down(id)}. */
    public void down(String id) {
      build().down(id);
    }

    private static Set<String> names(String kind, String... names) {
      for (String name : names) {
        if (name.isBlank()) {
          throw new InvalidInputException("a " + kind + " name is blank");
        }
      }
      return Arrays.stream(names).collect(Collectors.toUnmodifiableSet());
    }
  }
}
