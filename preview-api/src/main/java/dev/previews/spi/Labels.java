package dev.previews.spi;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of the labels that every created object carries from its first moment. Valid in Docker
 * and in Kubernetes.
 */
public final class Labels {
  /** The id of the environment that the object belongs to. */
  public static final String ENVIRONMENT = "dev.previews.environment";

  /** Who owns the environment. */
  public static final String OWNER = "dev.previews.owner";

  /** When the environment was created, in seconds since 1970. */
  public static final String CREATED = "dev.previews.created";

  /**
   * How long the environment is kept after its last use, in seconds; absent when it is kept until
   * somebody removes it.
   */
  public static final String TTL = "dev.previews.ttl";

  private Labels() {}

  /** What {@link #TTL} says among these; empty when it is not there, no number, or 0. */
  static Optional<Duration> ttl(Map<String, String> labels) {
    String seconds = labels.getOrDefault(TTL, "");
    return seconds.matches("[1-9][0-9]{0,11}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
        : Optional.empty();
  }
}
