package dev.previews.environment;

import java.net.URI;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a service of an environment is doing at one moment.
 *
 * @param name its name in the Compose file
 * @param state what its container does
 * @param health what its health check says
 * @param exitCode what it exited with; empty unless it {@linkplain State#EXITED exited}
 * @param image the image that it runs, by name
 * @param urls its URLs by container port, in the order of ports; empty where no tunnel is open
 */
public record Service(
    String name,
    State state,
    Health health,
    Optional<Integer> exitCode,
    String image,
    SortedMap<Integer, URI> urls) {

  /** What a container does; with several containers of one service, the worst of them. */
  public enum State {
    /** Runs. */
    RUNNING,
    /** Was created and not started. */
    CREATED,
    /** Ended, and its restart policy starts it again. */
    RESTARTING,
    /** Is paused. */
    PAUSED,
    /** Ended. */
    EXITED,
    /** The engine could not remove it, or lost it. */
    DEAD,
    /** Has no container. */
    MISSING
  }

  /** What a health check says. */
  public enum Health {
    /** There is none. */
    NONE,
    /** It has not passed or failed yet. */
    STARTING,
    /** It passes. */
    HEALTHY,
    /** It fails. */
    UNHEALTHY
  }

  /** A service's state; the URLs are copied. */
  public Service {
    urls = Collections.unmodifiableSortedMap(new TreeMap<>(urls));
  }

  /** The same with these URLs. */
  public Service withUrls(Map<Integer, URI> known) {
    return new Service(name, state, health, exitCode, image, new TreeMap<>(known));
  }

  /** Whether it is healthy, or runs where it has no health check, or ended with 0. */
  public boolean ready() {
    return switch (state) {
      case RUNNING -> health == Health.NONE || health == Health.HEALTHY;
      case EXITED -> exitCode.isPresent() && exitCode.get() == 0;
      default -> false;
    };
  }

  /** In one line: name, state, health where there is a check, image, URLs. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name).append(' ').append(lower(state));
    exitCode.ifPresent(code -> text.append(' ').append(code));
    if (health != Health.NONE) {
      text.append(' ').append(lower(health));
    }
    text.append(' ').append(image);
    urls.values().forEach(url -> text.append(' ').append(url));
    return text.toString();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
