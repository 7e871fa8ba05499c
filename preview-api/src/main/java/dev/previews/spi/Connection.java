package dev.previews.spi;

import dev.previews.exec.Command;
import dev.previews.exec.Execution;

/**
 * A live link to a machine. It can do two things: run a command, and reach an endpoint of the
 * machine. Thread-safe; at least 50 commands and 50 streams at once. After {@link #close()} both
 * methods throw {@link IllegalStateException}.
 *
 * <p>Everything else (a Unix socket for the Compose CLI, a URL on this JVM's loopback) is built
 * once on top of it, see {@link Relay}.
 */
public interface Connection extends AutoCloseable {
  /**
   * Starts a command on the machine, as a user who may use its Docker engine. Returns when the
   * command was accepted.
   *
   * @throws dev.previews.error.ConnectionException when the machine cannot be reached
   * @throws dev.previews.error.RemoteCommandException when the machine refuses to start it (for an
   *     unknown program this, or exit code 126 or 127)
   */
  Execution exec(Command command);

  /**
   * Opens one stream to an endpoint; the caller closes it.
   *
   * @throws dev.previews.error.ConnectionException when the endpoint cannot be reached; some
   *     carriers notice only at the first read
   */
  DuplexStream dial(Endpoint endpoint);

  /**
   * Tells the place that the environment is used, where the place itself removes what has not been
   * used for its time. By default there is nothing to tell.
   */
  default void renew() {}

  /**
   * Ends all commands and streams of this connection; they fail with a {@link
   * dev.previews.error.ConnectionException}. Closing twice is harmless.
   */
  @Override
  void close();
}
