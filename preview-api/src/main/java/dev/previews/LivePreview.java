package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.NotFoundException;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import dev.previews.exec.Execution;
import dev.previews.spi.Deployment;
import dev.previews.spi.Driver;
import dev.previews.spi.ExposedService;
import dev.previews.spi.Machine;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A preview that this JVM is connected to. */
final class LivePreview implements Preview {
  private final Settings settings;
  private final Machine machine;
  private final Driver driver;
  private final Deployment deployment;
  private final Tunnel tunnel;
  private final TunnelPlan plan;
  private final OpenResources opened;
  private boolean closed;

  LivePreview(
      Settings settings,
      Machine machine,
      Driver driver,
      Deployment deployment,
      Tunnel tunnel,
      TunnelPlan plan,
      OpenResources opened) {
    this.settings = settings;
    this.machine = machine;
    this.driver = driver;
    this.deployment = deployment;
    this.tunnel = tunnel;
    this.plan = plan;
    this.opened = opened;
  }

  @Override
  public EnvironmentId id() {
    return machine.id();
  }

  @Override
  public URI url(String service) {
    requireOpen();
    Map<Integer, URI> urls = urls(service);
    if (urls.size() == 1) {
      return urls.values().iterator().next();
    }
    throw new NotFoundException(
        urls.isEmpty()
            ? noUrl(service)
            : "service '"
                + service
                + "' publishes the ports "
                + urls.keySet()
                + ": name one, url(\""
                + service
                + "\", "
                + urls.keySet().iterator().next()
                + ")");
  }

  @Override
  public URI url(String service, int containerPort) {
    requireOpen();
    URI url = urls(service).get(containerPort);
    if (url == null) {
      throw new NotFoundException(
          urls(service).isEmpty()
              ? noUrl(service)
              : "service '"
                  + service
                  + "' does not publish "
                  + containerPort
                  + " but "
                  + urls(service).keySet());
    }
    return url;
  }

  @Override
  public URI accessUrl(String service, Duration ttl) {
    return tunnel.accessUrl(url(service), ttl);
  }

  private Map<Integer, URI> urls(String service) {
    Map<Integer, URI> urls = new TreeMap<>();
    plan.urls()
        .forEach(
            (port, url) -> {
              if (port.service().equals(service)) {
                urls.put(port.port(), url);
              }
            });
    return urls;
  }

  private String noUrl(String service) {
    List<String> known = deployment.exposed().stream().map(ExposedService::name).toList();
    if (!known.contains(service)) {
      return "there is no service '"
          + service
          + "' in "
          + id()
          + ", but "
          + String.join(", ", known);
    }
    String published =
        plan.urls().keySet().stream().map(ServicePort::toString).collect(Collectors.joining(", "));
    return "service '"
        + service
        + "' publishes no TCP port: give it one under 'ports' in the Compose file"
        + (published.isEmpty() ? "" : "; published are " + published);
  }

  @Override
  public List<Service> services() {
    requireOpen();
    return deployment.services().stream().map(it -> it.withUrls(urls(it.name()))).toList();
  }

  @Override
  public ExecResult exec(String service, String... argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Command command = Command.of(Arrays.asList(argv)).stdout(stdout).stderr(stderr);
    try (Execution execution = exec(service, command)) {
      int exitCode = execution.await();
      return new ExecResult(
          exitCode,
          stdout.toString(StandardCharsets.UTF_8),
          stderr.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public Execution exec(String service, Command command) {
    requireOpen();
    return deployment.exec(service, command);
  }

  @Override
  public Stream<LogLine> logs(String service, boolean follow) {
    requireOpen();
    return deployment.logs(service, follow);
  }

  @Override
  public void down() {
    down(VolumePolicy.REMOVE);
  }

  @Override
  public void down(VolumePolicy volumes) {
    requireOpen();
    close(volumes, true);
  }

  @Override
  public void close() {
    close(VolumePolicy.REMOVE, settings.ephemeral);
  }

  private void close(VolumePolicy volumes, boolean remove) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      if (remove) {
        Removal.of(
            machine, settings.ownerOrDefault(), deployment, driver, volumes, settings.begin());
      }
    } catch (RuntimeException | Error failure) {
      opened.closeAfter(failure);
      throw failure;
    }
    opened.close();
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the preview " + id() + " is closed");
    }
  }

  /** Its id and its URLs. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("preview ").append(id());
    plan.urls().forEach((port, url) -> text.append("\n  ").append(port).append("  ").append(url));
    return text.toString();
  }
}
