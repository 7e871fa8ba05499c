package dev.previews.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import dev.previews.engine.Engine;
import dev.previews.engine.EngineAddress;
import dev.previews.engine.Sweep;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.InvalidInputException;
import dev.previews.error.NotFoundException;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/** Environments on one Docker engine. */
final class DockerDriver implements Driver {
  private final EngineAddress address;
  private final Engine engine;
  private final Machines own;
  private final Machines shared;
  private final Machines isolated;
  private final MachineFinder finder;
  // Weak, because connections are closed by their users.
  private final Set<Connection> connections = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  private DockerDriver(EngineAddress address, Engine engine, Docker config) {
    this.address = address;
    this.engine = engine;
    Images images =
        new Images(
            engine,
            EngineAddress.configFolder(
                System.getenv(), Path.of(System.getProperty("user.home", "/"))));
    this.shared = new SharedMachines(engine, address, images, config.image());
    this.isolated = new IsolatedMachines(engine, images, config.machineImage());
    this.own = config.isIsolated() ? isolated : shared;
    this.finder = new MachineFinder(engine);
  }

  static DockerDriver open(EngineAddress address, Docker config, Context call) {
    try {
      return new DockerDriver(address, Engine.open(address.dialer(), call.deadline()), config);
    } catch (ConnectionException e) {
      throw new ConnectionException(
          "no Docker engine answers at "
              + address
              + "; start it, or name another with DOCKER_HOST, a docker context or"
              + " docker().host(\"…\")",
          String.valueOf(e.getMessage()),
          e);
    }
  }

  @Override
  public Machine ensure(MachineSpec spec, Context call) {
    if (spec.template().isPresent() || !spec.templateValues().isEmpty()) {
      throw new InvalidInputException("the docker driver has no templates; use kube://… for one");
    }
    return asked("preparing the machine of " + spec.id(), () -> own.ensure(spec, call));
  }

  @Override
  public Optional<Machine> find(EnvironmentId id, Context call) {
    return asked("looking for " + id, () -> finder.one(id, call));
  }

  @Override
  public List<Machine> list(Context call) {
    return asked("listing environments", () -> finder.all(call));
  }

  @Override
  public Connection connect(Machine machine, Context call) {
    Connection connection =
        asked("connecting to " + machine.id(), () -> connectRunning(machine, call));
    synchronized (connections) {
      if (!closed) {
        connections.add(connection);
        return connection;
      }
    }
    connection.close();
    throw isClosed();
  }

  private Connection connectRunning(Machine machine, Context call) {
    String name = Mode.container(machine.id());
    InspectContainerResponse container;
    try {
      container = engine.client(call.deadline()).inspectContainerCmd(name).exec();
    } catch (com.github.dockerjava.api.exception.NotFoundException e) {
      throw new NotFoundException(
          "environment "
              + machine.id()
              + " is gone: there is no container "
              + name
              + "; bring it up",
          e);
    }
    if (!machine.id().value().equals(Machines.labels(container).get(Labels.ENVIRONMENT))) {
      throw new NotFoundException(
          "environment " + machine.id() + " is gone: the container " + name + " is not its own");
    }
    if (!Boolean.TRUE.equals(container.getState().getRunning())) {
      throw new ConnectionException(
          "the container " + name + " is " + container.getState().getStatus() + "; up starts it");
    }
    return (machine.shared() ? shared : isolated).connect(container.getId());
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    asked(
        "removing " + id,
        () -> {
          new Sweep(
                  engine,
                  id,
                  labels ->
                      volumes == VolumePolicy.REMOVE
                          || MachineLabels.FILES.equals(labels.get(MachineLabels.ROLE)),
                  MachineLabels::isMarker,
                  call)
              .run();
          return id;
        });
  }

  /** What the engine refuses, in our words. */
  private <T> T asked(String what, Supplier<T> request) {
    synchronized (connections) {
      if (closed) {
        throw isClosed();
      }
    }
    try {
      return request.get();
    } catch (DockerException e) {
      throw new RemoteCommandException(
          "the Docker engine at " + address + " failed " + what, String.valueOf(e.getMessage()), e);
    }
  }

  private IllegalStateException isClosed() {
    return new IllegalStateException("the docker driver is closed");
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
    engine.close();
  }

  @Override
  public String toString() {
    return "docker driver at " + address;
  }
}
