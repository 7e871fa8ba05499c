package dev.previews.kube;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.exec.Deadline;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.connection.PodConnection;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Environments as Pods of one namespace. */
final class KubeDriver implements Driver {
  /** How long finding a Pod again may take in the middle of a connection. */
  private static final Duration RELOCATION = Duration.ofMinutes(1);

  private final Cluster cluster;
  private final MachineTemplate template;
  private final Waits waits;
  private final Machines machines;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private KubeDriver(Cluster cluster, MachineTemplate template, Waits waits) {
    this.cluster = cluster;
    this.waits = waits;
    this.template = template;
    this.machines = new Machines(cluster);
  }

  static KubeDriver open(
      ClusterSettings settings, MachineTemplate template, Waits waits, Context context) {
    return new KubeDriver(Cluster.open(settings, context.deadline()), template, waits);
  }

  @Override
  public Machine ensure(MachineSpec spec, Context context) {
    requireOpen();
    Installation installation = new Installation(cluster, machines, waits, context);
    Machine machine =
        installation.ensure(spec, template.render(spec, cluster.namespace(), context::notice));
    try (Connection connection = connect(machine, context)) {
      PodWait pod =
          new PodWait(
              cluster, spec.id(), machines.hostOf(machine), waits.scheduling(), context.deadline());
      new EngineReadiness(
              connection,
              () -> pod.await(machines.selectorOf(machine)),
              () -> pod.evidence(machines.selectorOf(machine)),
              context.deadline())
          .await(machine.directory());
    }
    return machine;
  }

  @Override
  public Optional<Machine> find(EnvironmentId id, Context context) {
    requireOpen();
    return machines.find(id, context.deadline());
  }

  @Override
  public List<Machine> list(Context context) {
    requireOpen();
    return machines.list(context.deadline());
  }

  @Override
  public Connection connect(Machine machine, Context context) {
    requireOpen();
    if (!machine.environment().driver().equals(Machines.DRIVER)) {
      throw new InvalidInputException(machine + " is not one of Kubernetes");
    }
    PodFinder finder = new PodFinder(cluster, machine.id());
    finder.find(machines.selectorOf(machine), context.deadline());
    Connection[] self = new Connection[1];
    PodConnection connection =
        new PodConnection(
            cluster,
            () -> finder.find(machines.selectorOf(machine), Deadline.in(RELOCATION)),
            () ->
                new Lifetime(cluster, machine.id(), waits.grace(), Deadline.in(RELOCATION)).renew(),
            () -> connections.remove(self[0]));
    self[0] = connection;
    connections.add(connection);
    return connection;
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context context) {
    requireOpen();
    Lifetime lifetime = new Lifetime(cluster, id, waits.grace(), context.deadline());
    if (volumes == VolumePolicy.KEEP) {
      // What is kept on purpose does not go when the environment's time is over.
      lifetime.keep();
    }
    Deletion deletion = new Deletion(cluster, id, context.deadline());
    if (volumes == VolumePolicy.REMOVE && !waits.removal()) {
      deletion.begin();
      return;
    }
    deletion.run(volumes);
    if (volumes == VolumePolicy.KEEP) {
      lifetime.endIfAlone();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the driver is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List.copyOf(connections).forEach(Connection::close);
      cluster.close();
    }
  }
}
