package dev.previews.compose.images;

import dev.previews.engine.Engine;
import dev.previews.engine.EngineAddress;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that the user's Docker CLI talks to: by {@code DOCKER_HOST}, by its context, or by
 * default.
 */
final class LocalEngine {
  private static final Logger log = LoggerFactory.getLogger(LocalEngine.class);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Map<String, String> environment;

  /** The engine of a CLI that has this environment. */
  LocalEngine(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Connects; the caller closes it. Empty when there is no such engine. */
  Optional<Engine> open(Deadline deadline) {
    try {
      EngineAddress address = EngineAddress.resolve(null, null, environment, home());
      return Optional.of(Engine.open(address.dialer(), deadline.within(PATIENCE)));
    } catch (ConnectionException | DeadlineException | InvalidInputException e) {
      log.debug("there is no local engine to take images from", e);
      return Optional.empty();
    }
  }

  private Path home() {
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.isEmpty() ? System.getProperty("user.home", "/") : home);
  }
}
