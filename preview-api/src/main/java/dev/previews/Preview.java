package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import dev.previews.exec.Execution;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A running environment.
 *
 * <pre>{@code
 * try (Preview preview = Previews.builder().up(Path.of("compose.yaml"))) {
 *   URI web = preview.url("web");
 * }
 * }</pre>
 *
 * Thread-safe. After {@link #close()} every method except {@code id} and {@code close} throws
 * {@link IllegalStateException}.
 */
public interface Preview extends AutoCloseable {
  /** The environment's id: what {@link Previews#find} and {@link Previews#down} take. */
  EnvironmentId id();

  /**
   * The URL of a service that publishes one TCP port.
   *
   * @throws dev.previews.error.NotFoundException when there is no such service, or it publishes
   *     none or several ports; the message lists them
   */
  URI url(String service);

  /**
   * The URL of a service's port.
   *
   * @param containerPort the port that the container listens on
   * @throws dev.previews.error.NotFoundException when the service does not publish it; the message
   *     lists what there is
   */
  URI url(String service, int containerPort);

  /**
   * A link to a service that publishes one TCP port, which opens it for whoever has the link,
   * although it is private: for a pull request, say. It is a secret. Where nothing is private, as
   * on this JVM's loopback, it is the URL itself.
   *
   * @param ttl for how long from now; positive
   * @throws dev.previews.error.NotFoundException as {@link #url(String)}
   */
  URI accessUrl(String service, Duration ttl);

  /** What each service is doing now, with its URLs, by name. */
  List<Service> services();

  /**
   * Runs a command in a service's container, waits for its end, and keeps its output in memory.
   *
   * @param argv the program and its arguments; no shell is involved
   * @throws dev.previews.error.NotFoundException when there is no such service or it is not running
   */
  ExecResult exec(String service, String... argv);

  /**
   * Starts a command with streams in a service's container; the caller closes it.
   *
   * @throws dev.previews.error.NotFoundException when there is no such service or it is not running
   */
  Execution exec(String service, Command command);

  /**
   * What a service printed, in order. The caller closes the stream.
   *
   * @param follow whether it goes on with what is printed from now on
   * @throws dev.previews.error.NotFoundException when there is no such service
   */
  Stream<LogLine> logs(String service, boolean follow);

  /** Removes the environment with its volumes, waits until it is gone, and closes this. */
  void down();

  /** Removes the environment, waits until it is gone, and closes this. */
  void down(VolumePolicy volumes);

  /**
   * Releases what this JVM holds: its URLs stop answering. The environment stays, unless it was
   * brought up {@linkplain Previews.Builder#ephemeral() ephemeral}: then it is removed as by {@link
   * #down()}. Closing twice is harmless.
   */
  @Override
  void close();
}
