package dev.previews.kube;

import dev.previews.error.PreviewException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.kube.connection.Cutoff;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits until a machine's engine answers; templates need not have a readiness probe. */
final class EngineReadiness {
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final byte[] PING =
      "GET /_ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Connection connection;
  private final Runnable pod;
  private final Supplier<String> evidence;
  private final Deadline deadline;

  /**
   * A wait for one engine.
   *
   * @param pod waits for its Pod, and fails when that cannot become ready
   * @param evidence what the cluster knows about the Pod, when the engine never answers
   */
  EngineReadiness(
      Connection connection, Runnable pod, Supplier<String> evidence, Deadline deadline) {
    this.connection = connection;
    this.pod = pod;
    this.evidence = evidence;
    this.deadline = deadline;
  }

  /** Waits, and makes the directory. */
  void await(String directory) {
    String told = "";
    for (String problem = ping(); problem != null; problem = ping()) {
      // The last attempt has little time, and says no more than that.
      String seen = told.isEmpty() || !deadline.passed() ? problem : told;
      told = seen;
      deadline.pause(
          PAUSE, "the Docker engine in the Pod", () -> (seen + "\n" + evidence.get()).strip());
      pod.run();
    }
    make(directory);
  }

  private @Nullable String ping() {
    Duration most = deadline.remaining(ANSWER);
    try (DuplexStream stream = connection.dial(Endpoint.engine());
        Cutoff cutoff = Cutoff.after(most, stream)) {
      stream.output().write(PING);
      stream.output().flush();
      String answer = new String(stream.input().readNBytes(12), StandardCharsets.US_ASCII);
      return cutoff.isOver()
          ? "it did not answer within " + most.toMillis() + " ms"
          : answer.matches("HTTP/1.. 200") ? null : "it answered '" + answer + "'";
    } catch (IOException | PreviewException e) {
      requireRight(e);
      return String.valueOf(e.getMessage());
    }
  }

  /** A right that is missing does not come by waiting. */
  private static void requireRight(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RemoteCommandException refused
          && each.getCause() instanceof WebSocketHandshakeException) {
        throw refused;
      }
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
