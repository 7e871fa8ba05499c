package dev.previews;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Machines that are folders of this one: their commands are processes here, engines they have none.
 */
final class FolderDriver implements Driver {
  private final Path base;
  private final Map<EnvironmentId, Machine> machines = new TreeMap<>();
  private Consumer<EnvironmentId> onDelete = id -> {};

  FolderDriver(Path base) {
    this.base = base;
  }

  /** Puts a machine there, or another in its place; its folder is the caller's to make. */
  synchronized Machine put(
      String name, String ttl, Environment.State state, UnaryOperator<Machine.Builder> more) {
    EnvironmentId id = EnvironmentId.of(name);
    Environment environment =
        new Environment(id, "folder", "me", Instant.now().minusSeconds(100), state, "");
    Machine machine =
        more.apply(
                Machine.of(environment)
                    .directory(base.resolve(name).toString())
                    .ttl(ttl.isEmpty() ? Map.of() : Map.of(Labels.TTL, ttl)))
            .build();
    machines.put(id, machine);
    return machine;
  }

  synchronized void onDelete(Consumer<EnvironmentId> action) {
    onDelete = action;
  }

  @Override
  public synchronized Optional<Machine> find(EnvironmentId id, Context context) {
    return Optional.ofNullable(machines.get(id));
  }

  @Override
  public synchronized List<Machine> list(Context context) {
    return List.copyOf(machines.values());
  }

  @Override
  public Connection connect(Machine machine, Context context) {
    return new Processes();
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context context) {
    Consumer<EnvironmentId> action;
    synchronized (this) {
      action = onDelete;
    }
    action.accept(id);
    synchronized (this) {
      machines.remove(id);
    }
  }

  @Override
  public Machine ensure(MachineSpec spec, Context context) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  private static final class Processes implements Connection {
    @Override
    public Execution exec(Command command) {
      try {
        return new Running(new ProcessBuilder(command.argv()).start(), command);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public DuplexStream dial(Endpoint endpoint) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private record Running(Process process, Command command) implements Execution {
    @Override
    public int await() {
      try {
        process.getOutputStream().close();
        process.getInputStream().transferTo(command.stdout());
        process.getErrorStream().transferTo(command.stderr());
        return process.waitFor();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void cancel() {
      process.destroy();
    }

    @Override
    public void close() {
      cancel();
    }
  }
}
