package dev.previews.ssh.connection;

import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.ssh.link.Daemon;
import dev.previews.ssh.link.NoTurnException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Commands and streams of one user of a host; the SSH connections are the host's. */
public final class SshConnection implements Connection {
  /** How long a lost SSH connection may take to be opened again. */
  private static final Duration REACH = Duration.ofSeconds(30);

  /** How long others may have all the sessions of a host that is there. */
  private static final Duration TURN = Duration.ofMinutes(2);

  private final Shell shell;
  private final Ways ways;
  // Weak, because an execution and a stream end without telling.
  private final Set<SshExecution> executions = Collections.newSetFromMap(new WeakHashMap<>());
  private final Set<DuplexStream> streams = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  /** A connection; its host stays the caller's. */
  public SshConnection(Shell shell, Ways ways) {
    this.shell = shell;
    this.ways = ways;
  }

  @Override
  public Execution exec(Command command) {
    requireOpen();
    SshExecution started = inTurn(deadline -> SshExecution.start(shell, command, deadline));
    if (!keep(executions, started)) {
      started.close();
      requireOpen();
    }
    return started;
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    requireOpen();
    DuplexStream stream =
        inTurn(
            deadline ->
                endpoint.isEngine() ? ways.engine(deadline) : ways.port(endpoint.port(), deadline));
    if (!keep(streams, stream)) {
      stream.close();
      requireOpen();
    }
    return stream;
  }

  /** Where sshd allows few sessions, many at once need many logins, one after the other. */
  private static <T> T inTurn(Function<Deadline, T> start) {
    Deadline turn = Deadline.in(TURN);
    while (true) {
      try {
        return start.apply(Deadline.in(REACH));
      } catch (NoTurnException e) {
        if (turn.passed()) {
          throw e;
        }
      }
    }
  }

  private synchronized <T> boolean keep(Set<T> all, T one) {
    return !closed && all.add(one);
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the connection to " + shell + " is closed");
    }
  }

  @Override
  public void close() {
    List<SshExecution> running;
    List<DuplexStream> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = executions.stream().filter(it -> !it.isOver()).toList();
      open = new ArrayList<>(streams);
    }
    open.forEach(DuplexStream::close);
    CompletableFuture.allOf(
            running.stream()
                .map(
                    it ->
                        CompletableFuture.runAsync(
                            it::close, work -> Daemon.start("preview-ssh-close", work)))
                .toArray(CompletableFuture[]::new))
        .join();
  }
}
