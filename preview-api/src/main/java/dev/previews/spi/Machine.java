package dev.previews.spi;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Docker server for one environment, as its driver knows it. Immutable; a description, not a live
 * thing.
 */
public final class Machine {
  private static final Duration WITHOUT_END = Duration.ofSeconds(999_999_999_999L);

  private final Environment environment;
  private final String directory;
  private final boolean shared;
  private final @Nullable Duration ttl;
  private final @Nullable Instant unusedSince;
  private final Map<String, String> properties;

  private Machine(Builder builder) {
    this.environment = Objects.requireNonNull(builder.environment, "environment");
    this.directory = Objects.requireNonNull(builder.directory, "directory");
    this.shared = builder.shared;
    this.ttl = builder.ttl();
    this.unusedSince = builder.unusedSince;
    this.properties = Map.copyOf(builder.properties);
  }

  /** Starts the description of an environment's machine. */
  public static Builder of(Environment environment) {
    return new Builder(environment);
  }

  /** The environment, as {@code list()} shows it. */
  public Environment environment() {
    return environment;
  }

  /** The environment's id. */
  public EnvironmentId id() {
    return environment.id();
  }

  /**
   * The absolute path of a directory that is the environment's own, the same for commands and for
   * bind mounts of the engine. It exists on a machine that was {@linkplain Driver#ensure ensured};
   * no component is a symlink that the two see differently.
   */
  public String directory() {
    return directory;
  }

  /**
   * Whether the engine also serves others: then everything that is created on it must be named
   * after the environment, and removed by name.
   */
  public boolean shared() {
    return shared;
  }

  /**
   * What {@link Labels#TTL} says; empty when nothing: then it does not expire. Where labels cannot
   * be changed it is never empty, and only the machine itself knows the time that counts by now.
   */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(ttl);
  }

  /**
   * Since when nobody can have used it; empty when that is not known, and of one that is running.
   */
  public Optional<Instant> unusedSince() {
    return Optional.ofNullable(unusedSince);
  }

  /**
   * What the driver wants to remember from {@code ensure}, {@code find} or {@code list} to {@code
   * connect}. Holds no secret.
   */
  public Map<String, String> properties() {
    return properties;
  }

  @Override
  public String toString() {
    return environment.driver() + " machine of " + id();
  }

  /** Collects what is known of a machine. */
  public static final class Builder {
    private final Environment environment;
    private @Nullable String directory;
    private boolean shared;
    private @Nullable Duration ttl;
    private boolean ttlMayChange;
    private @Nullable Instant unusedSince;
    private final Map<String, String> properties = new LinkedHashMap<>();

    private Builder(Environment environment) {
      this.environment = environment;
    }

    /** See {@link Machine#directory()}. Required. */
    public Builder directory(String absolutePath) {
      this.directory = absolutePath;
      return this;
    }

    /** See {@link Machine#shared()}. Default: false. */
    public Builder shared(boolean isShared) {
      this.shared = isShared;
      return this;
    }

    /** See {@link Machine#ttl()}; for labels that are not there or no number: none. */
    public Builder ttl(Map<String, String> labels) {
      this.ttl = Labels.ttl(labels).orElse(null);
      return this;
    }

    /**
     * For a driver that cannot change {@link Labels#TTL} once it is written: another time, or one
     * where there was none, is known to the machine alone. It is asked, then, whatever the labels
     * say.
     */
    public Builder ttlMayChange() {
      this.ttlMayChange = true;
      return this;
    }

    private @Nullable Duration ttl() {
      return ttl == null && ttlMayChange ? WITHOUT_END : ttl;
    }

    /**
     * See {@link Machine#unusedSince()}. With it a machine that is not running expires when {@link
     * Machine#ttl()} has passed since, without it never: give it only where {@link Labels#TTL} is
     * up to date, or nothing can be lost.
     */
    public Builder unusedSince(Instant time) {
      this.unusedSince = time;
      return this;
    }

    /** See {@link Machine#properties()}. */
    public Builder property(String key, String value) {
      properties.put(key, value);
      return this;
    }

    /** The machine. */
    public Machine build() {
      return new Machine(this);
    }
  }
}
