package dev.previews.kube;

import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until a machine's engine answers; templates need not have a readiness probe. */
final class EngineReadiness {
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final byte[] PING =
      "GET /_ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Connection connection;
  private final Runnable pod;
  private final Deadline deadline;

  /**
   * A wait for one engine.
   *
   * @param pod waits for its Pod, and fails when that cannot become ready
   */
  EngineReadiness(Connection connection, Runnable pod, Deadline deadline) {
    this.connection = connection;
    this.pod = pod;
    this.deadline = deadline;
  }

  /** Waits, and makes the directory. */
  void await(String directory) {
    for (String problem = ping(); problem != null; problem = ping()) {
      String seen = problem;
      deadline.pause(PAUSE, "the Docker engine in the Pod", () -> seen);
      pod.run();
    }
    make(directory);
  }

  private @Nullable String ping() {
    try (DuplexStream stream = connection.dial(Endpoint.engine())) {
      stream.output().write(PING);
      stream.output().flush();
      String answer = new String(stream.input().readNBytes(12), StandardCharsets.US_ASCII);
      return answer.matches("HTTP/1.. 200") ? null : "it answered '" + answer + "'";
    } catch (IOException | PreviewException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void make(String directory) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Command mkdir =
        Command.of("mkdir", "-p", directory)
            .stderr(said)
            .timeout(deadline.remaining(Duration.ofSeconds(30)));
    try (Execution execution = connection.exec(mkdir)) {
      if (execution.await() != 0) {
        throw new RemoteCommandException(
            "the directory " + directory + " cannot be made in the Pod",
            said.toString(StandardCharsets.UTF_8),
            null);
      }
    }
  }
}
