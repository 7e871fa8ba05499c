package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.Deployment;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import dev.previews.spi.Project;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One call of {@code up}: its steps in order, and what is closed when one of them fails. */
final class Up {
  private Settings settings;

  Up(Settings settings) {
    this.settings = settings;
  }

  Preview run(List<Path> files) {
    Context reading = settings.begin();
    Deployer deployer = Providers.deployer();
    Project project =
        reading.step(Step.IDENTIFY, () -> deployer.read(settings.source(files), reading));
    Path directory = project.source().directory().orElseGet(() -> parent(files.get(0)));
    settings = ProjectSettings.complete(settings, project.settings(), directory);
    EnvironmentId id = settings.id == null ? derivedId(project, directory) : settings.id;
    DriverConfig where = settings.driverOrDefault();
    Context context = settings.begin();

    OpenResources opened = new OpenResources();
    Driver driver = opened.add(where.open(context));
    try {
      Machine machine = context.step(Step.MACHINE, () -> driver.ensure(spec(id), context));
      Connection connection =
          opened.add(context.step(Step.CONNECT, () -> driver.connect(machine, context)));
      Tunnel tunnel = opened.add(Tunnels.create(settings, id, context));
      TunnelPlan plan = context.step(Step.PLAN, () -> tunnel.plan(project.services()));
      Deployment deployment =
          opened.add(deployer.deploy(project, machine, connection, variables(id, plan), context));
      context.step(
          Step.TUNNELS,
          () -> {
            tunnel.open(deployment);
            return plan;
          });
      plan.urls()
          .forEach(
              (port, url) ->
                  context.report(new ProgressEvent.UrlOpened(port.service(), port.port(), url)));
      return new LivePreview(settings, machine, driver, deployment, plan, opened);
    } catch (RuntimeException | Error failure) {
      if (settings.ephemeral && !(failure instanceof OwnershipException)) {
        removeAfter(failure, driver, id);
      }
      opened.closeAfter(failure);
      throw failure;
    }
  }

  private void removeAfter(Throwable failure, Driver driver, EnvironmentId id) {
    try {
      driver.delete(id, VolumePolicy.REMOVE, settings.begin());
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private MachineSpec spec(EnvironmentId id) {
    MachineSpec spec = MachineSpec.of(id, settings.ownerOrDefault());
    if (settings.template != null) {
      spec = spec.template(settings.template);
    }
    for (Map.Entry<String, String> value : settings.templateValues.entrySet()) {
      spec = spec.templateValue(value.getKey(), value.getValue());
    }
    return spec;
  }

  private EnvironmentId derivedId(Project project, Path directory) {
    String branch =
        Surroundings.branch(settings.environment)
            .or(() -> GitBranch.of(directory))
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        directory.toAbsolutePath()
                            + " is in no git repository and no CI service says a branch, so the"
                            + " environment has no name: give one with id(\"…\")"));
    return EnvironmentId.derive(project.name(), branch);
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  /**
   * What the Compose file can use: where each port will be reached. The last one is what Preevy
   * calls it.
   */
  private static Map<String, String> variables(EnvironmentId id, TunnelPlan plan) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("PREVIEW_ID", id.value());
    plan.urls()
        .forEach(
            (ServicePort port, URI url) -> {
              String suffix =
                  port.service().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_")
                      + "_"
                      + port.port();
              variables.put("PREVIEW_URL_" + suffix, url.toString());
              variables.put("PREVIEW_HOST_" + suffix, url.getHost());
              variables.put("PREVIEW_PORT_" + suffix, String.valueOf(url.getPort()));
              variables.put("PREEVY_BASE_URI_" + suffix, url.toString());
            });
    return variables;
  }
}
