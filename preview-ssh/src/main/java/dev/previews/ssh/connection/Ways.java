package dev.previews.ssh.connection;

import dev.previews.error.ConnectionException;
import dev.previews.exec.Deadline;
import dev.previews.spi.DuplexStream;
import dev.previews.ssh.link.RefusedException;
import dev.previews.ssh.link.SshHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the engine and the ports of a host are reached: by forwarding, or through the Docker CLI of
 * the host where sshd forbids to forward. Which of them is found out at the first use, and stays.
 * Thread-safe.
 */
public final class Ways {
  private static final byte[] PING =
      "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final Duration ANSWER = Duration.ofSeconds(20);

  private final Shell shell;
  private final String socket;
  private final boolean open;
  private @Nullable Way toEngine;
  private @Nullable Way toPorts;

  /**
   * The ways of a host.
   *
   * @param socket the absolute path of the engine's socket
   * @param open whether the user may use the socket without sudo: sshd forwards with the user's
   *     rights
   */
  public Ways(Shell shell, String socket, boolean open) {
    this.shell = shell;
    this.socket = socket;
    this.open = open;
  }

  /** A way to a socket of the host. */
  public enum Way {
    /**
     * {@code direct-streamlocal@openssh.com} or {@code direct-tcpip}: channels of the connection.
     */
    FORWARDED,
    /** {@code docker system dial-stdio}: a session for each stream. */
    DIAL_STDIO
  }

  /**
   * Opens a stream to the engine.
   *
   * @throws ConnectionException when it cannot be reached in any way
   */
  public DuplexStream engine(Deadline deadline) {
    try {
      return open(engineWay(deadline), deadline);
    } catch (IOException e) {
      throw unreachable("the Docker engine at " + socket, e);
    }
  }

  /**
   * Opens a stream to a TCP port of the host's loopback.
   *
   * @throws ConnectionException when nobody listens there
   */
  public DuplexStream port(int port, Deadline deadline) {
    try {
      synchronized (this) {
        if (toPorts == Way.DIAL_STDIO) {
          return dialStdio("tcp://127.0.0.1:" + port, deadline);
        }
      }
      DuplexStream stream = host().toPort(port, deadline);
      synchronized (this) {
        toPorts = Way.FORWARDED;
      }
      return stream;
    } catch (RefusedException e) {
      if (!e.isForbidden()) {
        throw unreachable("port " + port, e);
      }
      synchronized (this) {
        toPorts = Way.DIAL_STDIO;
      }
      return port(port, deadline);
    } catch (IOException e) {
      throw unreachable("port " + port, e);
    }
  }

  /** The way to the engine; found out at the first call. */
  public Way engineWay(Deadline deadline) throws IOException {
    synchronized (this) {
      if (toEngine != null) {
        return toEngine;
      }
    }
    Way found = find(deadline);
    synchronized (this) {
      toEngine = found;
    }
    return found;
  }

  /**
   * Not every sshd says that it forbids: what counts is whether the engine answers. One that comes
   * up between the two tries is answered for by the second alone; so the first is tried again.
   */
  private Way find(Deadline deadline) throws IOException {
    IOException refused = answers(Way.FORWARDED, deadline);
    if (refused == null) {
      return Way.FORWARDED;
    }
    IOException failed = answers(Way.DIAL_STDIO, deadline);
    if (failed != null) {
      failed.addSuppressed(refused);
      throw failed;
    }
    return answers(Way.FORWARDED, deadline) == null ? Way.FORWARDED : Way.DIAL_STDIO;
  }

  /** Why the engine does not answer this way; null when it does. */
  private @Nullable IOException answers(Way way, Deadline deadline) throws IOException {
    if (way == Way.FORWARDED && !open) {
      return new IOException(shell + " does not let the user use " + socket + " without sudo");
    }
    try (DuplexStream stream = open(way, deadline)) {
      requireEngine(stream, deadline);
      return null;
    } catch (RefusedException e) {
      return e;
    } catch (IOException e) {
      if (way == Way.DIAL_STDIO) {
        return e;
      }
      throw e; // what forwards, and breaks off, is not refused
    }
  }

  /** Asks the engine whether it is up. */
  public void ping(Deadline deadline) throws IOException {
    try (DuplexStream stream = open(engineWay(deadline), deadline)) {
      requireEngine(stream, deadline);
    }
  }

  private static void requireEngine(DuplexStream stream, Deadline deadline) throws IOException {
    // An engine that hangs takes the connection and says nothing.
    CompletableFuture<Void> done = new CompletableFuture<>();
    done.copy()
        .completeOnTimeout(null, deadline.remaining(ANSWER).toMillis() + 1, TimeUnit.MILLISECONDS)
        .thenRun(stream::close);
    try {
      stream.output().write(PING);
      stream.output().flush();
      String start = new String(stream.input().readNBytes(8), StandardCharsets.US_ASCII);
      if (!start.startsWith("HTTP/1.")) {
        throw new IOException("what answers is no Docker engine");
      }
    } finally {
      done.complete(null);
    }
  }

  private DuplexStream open(Way way, Deadline deadline) throws IOException {
    return way == Way.FORWARDED
        ? host().toSocket(socket, deadline)
        : dialStdio("unix://" + socket, deadline);
  }

  private DuplexStream dialStdio(String address, Deadline deadline) throws IOException {
    List<String> argv = List.of("docker", "--host", address, "system", "dial-stdio");
    return new SessionStream(
        host().session(RemoteShell.line(shell.sudo(), argv), new byte[0], deadline),
        "docker system dial-stdio on " + shell);
  }

  private SshHost host() {
    return shell.host();
  }

  private ConnectionException unreachable(String what, IOException e) {
    return new ConnectionException(
        what + " on " + shell + " cannot be reached: " + e.getMessage(), e);
  }
}
