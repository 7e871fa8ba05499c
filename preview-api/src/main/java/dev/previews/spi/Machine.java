package dev.previews.spi;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Docker server for one environment, as its driver knows it. Immutable; a description, not a live
 * thing.
 */
public final class Machine {
  private final Environment environment;
  private final String directory;
  private final boolean shared;
  private final Map<String, String> properties;

  private Machine(Builder builder) {
    this.environment = Objects.requireNonNull(builder.environment, "environment");
    this.directory = Objects.requireNonNull(builder.directory, "directory");
    this.shared = builder.shared;
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
