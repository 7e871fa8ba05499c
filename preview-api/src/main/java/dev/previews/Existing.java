package dev.previews;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.PreviewException;
import dev.previews.progress.Step;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.Deployment;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.Tunnel;
import dev.previews.spi.TunnelPlan;
import java.util.List;
import java.util.Optional;

/** What can be done with environments that are there already: list, find, remove. */
final class Existing {
  private final Settings settings;
  private final Context context;

  Existing(Settings settings) {
    this.settings = settings;
    this.context = settings.begin();
  }

  List<Environment> list() {
    try (Driver driver = settings.driverOrDefault().open(context)) {
      return driver.list(context).stream().map(Machine::environment).toList();
    }
  }

  Optional<Preview> find(EnvironmentId id) {
    Deployer deployer = settings.deployer();
    OpenResources opened = new OpenResources();
    try {
      Driver driver = opened.add(settings.driverOrDefault().open(context));
      Optional<Machine> found = driver.find(id, context);
      if (found.isEmpty()) {
        opened.close();
        return Optional.empty();
      }
      Machine machine = requireRunning(found.get());
      Connection connection =
          opened.add(context.step(Step.CONNECT, () -> driver.connect(machine, context)));
      Deployment deployment =
          opened.add(
              Renewal.byUseOf(
                  deployer.attach(machine, connection, context),
                  machine,
                  LastUse.found(machine, connection)));
      Tunnel tunnel = opened.add(Tunnels.create(settings, id, context));
      TunnelPlan plan = context.step(Step.PLAN, () -> tunnel.plan(deployment.exposed()));
      tunnel.open(deployment);
      return Optional.of(
          new LivePreview(settings, machine, driver, deployment, tunnel, plan, opened));
    } catch (Throwable failure) { // as in Up
      opened.closeAfter(failure);
      throw failure;
    }
  }

  void down(EnvironmentId id, VolumePolicy volumes) {
    try (Driver driver = settings.driverOrDefault().open(context)) {
      Optional<Machine> found = driver.find(id, context);
      if (found.isPresent()) {
        Removal.requireOwner(found.get(), settings.ownerOrDefault());
        Removal.of(found.get(), settings::deployer, driver, volumes, context);
      } else {
        driver.delete(id, volumes, context);
      }
    }
  }

  List<Environment> expired() {
    try (Driver driver = settings.driverOrDefault().open(context)) {
      return new Sweep(settings::deployer, driver, context)
          .expired().stream().map(Machine::environment).toList();
    }
  }

  List<Environment> sweep() {
    try (Driver driver = settings.driverOrDefault().open(context)) {
      return new Sweep(settings::deployer, driver, context).run(machine -> true);
    }
  }

  private static boolean isRunning(Machine machine) {
    return machine.environment().state() == Environment.State.RUNNING;
  }

  private static Machine requireRunning(Machine machine) {
    if (!isRunning(machine)) {
      throw new PreviewException(
          "the environment "
              + machine.id()
              + " is "
              + machine.environment().state().name().toLowerCase(java.util.Locale.ROOT)
              + ": bring it up again to use it",
          machine.environment().detail(),
          null);
    }
    return machine;
  }
}
