package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.InvalidInputException;
import dev.previews.error.NotFoundException;
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
import dev.previews.spi.ResolvedProject;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call of {@code up}: its steps in order, and what is closed when one of them fails. */
final class Up {
  /** How often it begins anew when somebody removes the environment under it. */
  private static final int REPETITIONS = 2;

  private Settings settings;

  Up(Settings settings) {
    this.settings = settings;
  }

  Preview run(List<Path> files) {
    Context reading = settings.begin();
    Deployer deployer = settings.deployer();
    Project project =
        reading.step(Step.IDENTIFY, () -> deployer.read(settings.source(files), reading));
    Path directory = project.source().directory().orElseGet(() -> parent(files.get(0)));
    settings = ProjectSettings.complete(settings, project.settings(), directory);
    EnvironmentId id = settings.id == null ? derivedId(project, directory) : settings.id;
    DriverConfig where = settings.driverOrDefault();
    Context context = settings.begin();
    for (int left = REPETITIONS; ; left--) {
      try {
        return bringUp(project, deployer, id, where, context);
      } catch (NotFoundException gone) {
        if (left == 0 || context.deadline().passed()) {
          throw gone;
        }
        context.notice(
            "environment "
                + id
                + " was removed meanwhile and is brought up anew: "
                + gone.getMessage());
      }
    }
  }

  private Preview bringUp(
      Project project, Deployer deployer, EnvironmentId id, DriverConfig where, Context context) {
    OpenResources opened = new OpenResources();
    Driver driver = opened.add(where.open(context));
    Sweep sweep = new Sweep(settings::deployer, driver, context);
    boolean begun = false; // until then, an environment of this id is not this up's own
    try {
      Tunnel tunnel = opened.add(Tunnels.create(settings, id, context));
      TunnelPlan plan = context.step(Step.PLAN, () -> tunnel.plan(project.services()));
      ResolvedProject resolved =
          deployer.resolve(
              project.sidecars(plan.sidecars()), id, UrlVariables.of(id, plan, context), context);
      boolean keepsItsTime = settings.leaveExisting && foundAsItIs(driver, id, context);
      if (settings.guarded && settings.ephemeral) {
        opened.add(Guard.start(settings, id, context));
      }
      begun = true;
      Machine machine = context.step(Step.MACHINE, () -> driver.ensure(spec(id), context));
      if (settings.ttl != null && machine.ttl().isEmpty()) {
        context.notice(
            "the environment " + id + " was made without a ttl: it stays until it is removed");
      }
      opened.add(sweep.inBackground(settings.ownerOrDefault(), id));
      Connection connection =
          opened.add(
              context.step(
                  Step.CONNECT,
                  () -> {
                    Connection made = driver.connect(machine, context);
                    Expiry expiry = new Expiry(machine, made, context);
                    if (keepsItsTime) {
                      expiry.renew();
                    } else {
                      expiry.set(settings.ttlOrDefault());
                    }
                    return made;
                  }));
      LastUse use =
          keepsItsTime
              ? LastUse.found(machine, connection)
              : LastUse.from(machine, connection, settings.ttlOrDefault());
      Deployment deployment =
          opened.add(Renewal.byUseOf(resolved.deploy(machine, connection, context), machine, use));
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
      return new LivePreview(settings, machine, driver, deployment, tunnel, plan, opened);
    } catch (Throwable failure) { // also what jshell throws into a thread
      sweep.stop();
      if (begun && settings.ephemeral && !(failure instanceof OwnershipException)) {
        removeAfter(failure, driver, id);
      }
      opened.closeAfter(failure);
      throw failure;
    }
  }

  /** Whether it is there; then it is neither to be removed nor to be given another time. */
  private boolean foundAsItIs(Driver driver, EnvironmentId id, Context context) {
    Optional<Machine> found = driver.find(id, context);
    found.ifPresent(
        machine -> {
          settings = settings.copy();
          settings.ephemeral = false;
          settings.ttl = machine.ttl().orElse(null);
        });
    return found.isPresent();
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
    if (settings.ttlOrDefault().isPresent()) {
      spec = spec.ttl(settings.ttlOrDefault().get());
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
}
