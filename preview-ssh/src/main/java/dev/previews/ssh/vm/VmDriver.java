package dev.previews.ssh.vm;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.InvalidInputException;
import dev.previews.error.NotFoundException;
import dev.previews.error.OwnershipException;
import dev.previews.exec.Command;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.Labels;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.ssh.host.DockerHost;
import dev.previews.ssh.host.HostOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.WeakHashMap;

/** Environments with a machine of their own, of whichever provider. */
final class VmDriver implements Driver {
  private static final String BASE = "/var/lib/preview";

  private final MachineProvider provider;
  private final Customisation customisation;
  private final boolean snapshots;
  private final boolean install;
  private final Credentials credentials = new Credentials();
  private final Map<EnvironmentId, Reached> hosts = new HashMap<>();
  // Weak, because connections are closed by their users.
  private final Set<Connection> connections = Collections.newSetFromMap(new WeakHashMap<>());
  private boolean closed;

  /** A machine that was reached, and where it was then. */
  private record Reached(String where, DockerHost host) {}

  VmDriver(MachineProvider provider, List<String> scripts, boolean snapshots, boolean install) {
    this.provider = provider;
    this.customisation = new Customisation(scripts);
    this.snapshots = snapshots;
    this.install = install;
  }

  @Override
  public Machine ensure(MachineSpec spec, Context call) {
    requireOpen();
    if (spec.template().isPresent() || !spec.templateValues().isEmpty()) {
      throw new InvalidInputException(
          "the " + provider.name() + " driver has no templates; use kube://… for one");
    }
    Map<String, String> settings = customisation.settings(provider.settings());
    Optional<VirtualMachine> found = provider.find(spec.id(), call);
    found.ifPresent(machine -> requireOwner(machine, spec));
    if (found.isPresent()
        && !found.get().settings().isEmpty()
        && !found.get().settings().equals(settings)) {
      call.notice(
          "replacing the machine of "
              + spec.id()
              + ": "
              + String.join(", ", changes(found.get().settings(), settings)));
      provider.delete(spec.id(), VolumePolicy.KEEP, call);
      forget(spec.id());
    }
    String snapshot = Customisation.snapshot(settings);
    boolean fromSnapshot =
        snapshots && !customisation.isEmpty() && provider.snapshots(call).contains(snapshot);
    VirtualMachine machine =
        provider.create(
            spec, settings, fromSnapshot ? Optional.of(snapshot) : Optional.empty(), call);
    DockerHost host = host(machine);
    host.ssh().await(call.deadline());
    host.requireRoom(call);
    try (Connection connection = host.connect(call)) {
      customisation.run(machine, connection, call);
    }
    if (snapshots && !customisation.isEmpty() && !provider.snapshots(call).contains(snapshot)) {
      call.notice("saving the " + machine + " as " + snapshot);
      provider.snapshot(machine, snapshot, call);
    }
    Machine described = describe(machine);
    host.run(
        "making the directory " + described.directory(),
        Command.of("mkdir", "-p", described.directory()),
        call);
    return described;
  }

  static List<String> changes(Map<String, String> before, Map<String, String> now) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    return names.stream()
        .filter(name -> !before.getOrDefault(name, "").equals(now.getOrDefault(name, "")))
        .map(
            name ->
                name
                    + " was '"
                    + before.getOrDefault(name, "")
                    + "' and is '"
                    + now.getOrDefault(name, "")
                    + "'")
        .toList();
  }

  private static void requireOwner(VirtualMachine machine, MachineSpec spec) {
    if (!machine.owner().equals(spec.owner())) {
      throw new OwnershipException(
          "environment "
              + spec.id()
              + " belongs to '"
              + machine.owner()
              + "', not to '"
              + spec.owner()
              + "'; choose another id");
    }
  }

  /** A machine that was replaced or started again has another address: then it is another host. */
  private DockerHost host(VirtualMachine machine) {
    String where = machine + " " + machine.created();
    DockerHost old = null;
    try {
      synchronized (this) {
        requireOpen();
        Reached known = hosts.get(machine.id());
        if (known != null && known.where().equals(where)) {
          return known.host();
        }
        old = known == null ? null : known.host();
        HostOptions options = HostOptions.usual().directory(BASE).install(install).root();
        DockerHost host = new DockerHost(credentials.settings(machine), options);
        hosts.put(machine.id(), new Reached(where, host));
        return host;
      }
    } finally {
      if (old != null) {
        old.close();
      }
    }
  }

  private void forget(EnvironmentId id) {
    Reached known;
    synchronized (this) {
      known = hosts.remove(id);
    }
    if (known != null) {
      known.host().close();
    }
  }

  private Machine describe(VirtualMachine machine) {
    Environment.State state =
        machine.running() ? Environment.State.RUNNING : Environment.State.STOPPED;
    return Machine.of(
            new Environment(
                machine.id(),
                provider.name(),
                machine.owner(),
                machine.created(),
                state,
                machine.running() ? "" : "its machine does not run"))
        .directory(BASE + "/environment")
        .ttl(
            machine
                .ttl()
                .map(time -> Map.of(Labels.TTL, Long.toString(time.toSeconds())))
                .orElse(Map.of()))
        .ttlMayChange()
        .build();
  }

  @Override
  public Optional<Machine> find(EnvironmentId id, Context call) {
    requireOpen();
    return provider.find(id, call).map(this::describe);
  }

  @Override
  public List<Machine> list(Context call) {
    requireOpen();
    return provider.list(call).stream()
        .map(this::describe)
        .sorted(Comparator.comparing(Machine::id))
        .toList();
  }

  @Override
  public Connection connect(Machine machine, Context call) {
    requireOpen();
    VirtualMachine found =
        provider
            .find(machine.id(), call)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "environment " + machine.id() + " is gone; bring it up again"));
    if (!found.running()) {
      throw new ConnectionException("the " + found + " does not run; up starts it");
    }
    if (found.privateKey().isEmpty()) {
      throw new ConnectionException("the " + found + " is starting for the first time; try again");
    }
    Connection connection = host(found).connect(call);
    synchronized (this) {
      if (!closed) {
        connections.add(connection);
        return connection;
      }
    }
    connection.close();
    throw new IllegalStateException("the driver is closed");
  }

  @Override
  public void delete(EnvironmentId id, VolumePolicy volumes, Context call) {
    requireOpen();
    provider.delete(id, volumes, call);
    forget(id);
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the driver is closed");
    }
  }

  @Override
  public void close() {
    List<Connection> open;
    List<DockerHost> reached;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(connections);
      reached = hosts.values().stream().map(Reached::host).toList();
    }
    open.forEach(Connection::close);
    reached.forEach(DockerHost::close);
    credentials.close();
    provider.close();
  }

  @Override
  public String toString() {
    return provider.name() + " driver " + new TreeMap<>(provider.settings());
  }
}
