package dev.previews.compose.images;

import dev.previews.compose.cli.SearchPath;
import dev.previews.engine.Engine;
import dev.previews.engine.ProgramStream;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.exec.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine that the user's Docker CLI talks to: by {@code DOCKER_HOST}, by its context, or by
 * default. The CLI itself carries the connection, so that all its ways of reaching an engine work.
 */
final class LocalEngine {
  private static final Logger log = LoggerFactory.getLogger(LocalEngine.class);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Map<String, String> environment;

  /** The engine of a CLI that is found by this environment, and inherits it. */
  LocalEngine(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Connects; the caller closes it. Empty when there is no such engine. */
  Optional<Engine> open(Deadline deadline) {
    Optional<String> docker = SearchPath.find("docker", environment).map(Path::toString);
    if (docker.isEmpty()) {
      return Optional.empty();
    }
    List<String> argv = List.of(docker.get(), "system", "dial-stdio");
    try {
      return Optional.of(
          Engine.open(() -> ProgramStream.start(argv, environment), deadline.within(PATIENCE)));
    } catch (ConnectionException | DeadlineException e) {
      log.debug("there is no local engine to take images from", e);
      return Optional.empty();
    }
  }
}
