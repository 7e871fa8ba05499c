package dev.previews.ssh.connection;

import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.ssh.link.Daemon;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;

/** Commands and streams of one user of a host; the SSH connections are the host's. */
public final class SshConnection implements Connection {
  /** How long a lost SSH connection may take to be opened again. */
  private static final Duration REACH = Duration.ofSeconds(30);

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
    SshExecution started = SshExecution.start(shell, command, Deadline.in(REACH));
    if (!keep(executions, started)) {
      started.close();
      requireOpen();
    }
    return started;
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    requireOpen();
    Deadline deadline = Deadline.in(REACH);
    DuplexStream stream =
        endpoint.isEngine() ? ways.engine(deadline) : ways.port(endpoint.port(), deadline);
    if (!keep(streams, stream)) {
      stream.close();
      requireOpen();
    }
    return stream;
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
