package dev.previews.compose.deployment;

import dev.previews.compose.images.Claims;
import dev.previews.compose.model.ModelRewriter;
import dev.previews.compose.model.ServiceLabel;
import dev.previews.engine.Engine;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Compose project on a machine's engine, known from the labels of its containers. */
public final class ComposeDeployment implements Deployment {
  /**
   * Not ready is worse than ready; states and kinds of health stand in the order of their badness.
   */
  private static final Comparator<Service> WORSE =
      Comparator.comparing((Service service) -> !service.ready())
          .thenComparing(Service::state)
          .thenComparing(Service::health);

  private final Machine machine;
  private final Connection connection;
  private final Engine engine;
  private final ProjectContainers containers;
  private final PublishedPort publishedPort;
  private final List<ExposedService> exposed;
  private final Set<ServiceLog> openLogs = ConcurrentHashMap.newKeySet();
  private @Nullable Lease removal;
  private volatile boolean closed;

  private ComposeDeployment(Machine machine, Connection connection, Engine engine) {
    this.machine = machine;
    this.connection = connection;
    this.engine = engine;
    String project = ModelRewriter.projectName(machine.id());
    this.containers = new ProjectContainers(engine, machine);
    this.publishedPort = new PublishedPort(engine, project, containers);
    this.exposed = readExposed();
  }

  /**
   * What runs on a machine now.
   *
   * @param engine the machine's; closed with the deployment, and by a failure of this call
   */
  public static ComposeDeployment attach(Machine machine, Connection connection, Engine engine) {
    try {
      return new ComposeDeployment(machine, connection, engine);
    } catch (RuntimeException | Error e) {
      engine.close();
      throw e;
    }
  }

  private List<ExposedService> readExposed() {
    Map<String, ExposedService> services = new TreeMap<>();
    for (ServiceContainer container : containers.list()) {
      services.computeIfAbsent(
          container.service(), name -> ServiceLabel.read(name, container.label()));
    }
    return List.copyOf(services.values());
  }

  @Override
  public List<ExposedService> exposed() {
    return exposed;
  }

  @Override
  public List<Service> services() {
    requireOpen();
    Map<String, Service> worst = new TreeMap<>();
    for (ServiceContainer container : containers.list()) {
      worst.merge(container.service(), container.asService(), BinaryOperator.maxBy(WORSE));
    }
    Set<String> names = new TreeSet<>(worst.keySet());
    exposed.forEach(service -> names.add(service.name()));
    return names.stream()
        .map(name -> worst.getOrDefault(name, missing(name)))
        .sorted(Comparator.comparing(Service::name))
        .toList();
  }

  private static Service missing(String name) {
    return new Service(
        name, Service.State.MISSING, Service.Health.NONE, Optional.empty(), "", new TreeMap<>());
  }

  @Override
  public DuplexStream dial(ServicePort port) {
    requireOpen();
    int first = publishedPort.of(port);
    try {
      return connection.dial(Endpoint.loopback(first));
    } catch (ConnectionException e) {
      publishedPort.forget();
      int second = publishedPort.of(port);
      if (second == first) {
        throw e;
      }
      return connection.dial(Endpoint.loopback(second));
    }
  }

  @Override
  public Execution exec(String service, Command command) {
    requireOpen();
    return engine.exec().exec(containers.running(service).id(), command);
  }

  @Override
  public Stream<LogLine> logs(String service, boolean follow) {
    requireOpen();
    ServiceLog log = new ServiceLog(engine, containers.of(service), follow);
    openLogs.add(log);
    return log.open().onClose(() -> openLogs.remove(log));
  }

  @Override
  public void down(VolumePolicy volumes, Context context) {
    requireOpen();
    Lease lease = removal(context);
    new ProjectRemoval(engine, machine, context).run(volumes);
    new Claims(machine, engine, context).release(() -> lease.notedImages(context));
  }

  private synchronized Lease removal(Context context) {
    Lease lease = removal;
    if (lease == null) {
      lease = Lease.take(machine, connection, context);
      removal = lease;
    }
    return lease;
  }

  private synchronized void endRemoval() {
    if (removal != null) {
      removal.release();
      removal = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the deployment of " + machine.id() + " is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      publishedPort.close();
      openLogs.forEach(ServiceLog::close);
      endRemoval();
      engine.close();
    }
  }
}
