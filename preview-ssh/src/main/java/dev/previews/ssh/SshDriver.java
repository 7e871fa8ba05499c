package dev.previews.ssh;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/** Environments on hosts that are reached by SSH. */
final class SshDriver implements Driver {
  private final Pool pool;
  // Weak, because connections are closed by their users.
  private final Set<Connection> connections = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  private SshDriver(Pool pool) {
    this.pool = pool;
  }

  static SshDriver open(Pool pool, Context call) {
    try {
      pool.prepare(call);
      return new SshDriver(pool);
    } catch (RuntimeException | Error e) {
      pool.close();
      throw e;
    }
  }

  @Override
  public Machine ensure(MachineSpec spec, Context call) {
    if (spec.template().isPresent() || !spec.templateValues().isEmpty()) {
      throw new InvalidInputException("the ssh driver has no templates; use kube://… for one");
    }
    requireOpen();
    return pool.ensure(spec, call);
  }

  @Override
  public Optional<Machine> find(EnvironmentId id, Context call) {
    requireOpen();
    return pool.find(id, call);
  }

  @Override
  public List<Machine> list(Context call) {
    requireOpen();
    return pool.list(call);
  }

  @Override
  public Connection connect(Machine machine, Context call) {
    requireOpen();
    Connection connection = pool.at(machine).connect(machine, call);
    synchronized (connections) {
      if (!closed) {
        connections.add(connection);
        return connection;
      }
    }
    connection.close();
    throw isClosed();
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    requireOpen();
    pool.delete(id, volumes, call);
  }

  private void requireOpen() {
    synchronized (connections) {
      if (closed) {
        throw isClosed();
      }
    }
  }

  private static IllegalStateException isClosed() {
    return new IllegalStateException("the ssh driver is closed");
  }

  @Override
  public void close() {
    List<Connection> open;
    synchronized (connections) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(connections);
    }
    open.forEach(Connection::close);
    pool.close();
  }

  @Override
  public String toString() {
    return "ssh driver of " + pool;
  }
}
