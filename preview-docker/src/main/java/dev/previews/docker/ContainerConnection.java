package dev.previews.docker;

import dev.previews.engine.Engine;
import dev.previews.engine.EngineExec;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/** A connection whose commands run in the machine's container. */
abstract class ContainerConnection implements Connection {
  private final Engine engine;
  private final EngineExec exec;
  private final String container;
  // Weak, because an execution and a stream end without telling.
  private final Set<Execution> executions = Collections.newSetFromMap(new WeakHashMap<>());
  private final Set<DuplexStream> streams = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  ContainerConnection(Engine engine, String container) {
    this.engine = engine;
    this.exec = engine.exec();
    this.container = container;
  }

  /** Opens a stream to an endpoint. */
  abstract DuplexStream open(Endpoint endpoint) throws IOException;

  Engine engine() {
    return engine;
  }

  /** A program in the machine's container as a stream. */
  DuplexStream program(String... argv) {
    return exec.dial(container, List.of(argv));
  }

  @Override
  public Execution exec(Command command) {
    requireOpen();
    Execution started = exec.exec(container, command);
    if (!keep(executions, started)) {
      started.close();
      requireOpen();
    }
    return started;
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    requireOpen();
    DuplexStream stream;
    try {
      stream = open(endpoint);
    } catch (IOException e) {
      throw new ConnectionException("cannot reach " + endpoint + ": " + e.getMessage(), e);
    }
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
      throw new IllegalStateException("the connection to " + container + " is closed");
    }
  }

  @Override
  public void close() {
    List<Execution> running;
    List<DuplexStream> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = new ArrayList<>(executions);
      open = new ArrayList<>(streams);
    }
    running.forEach(Execution::cancel);
    open.forEach(DuplexStream::close);
    running.forEach(Execution::close);
  }
}
