package dev.previews;

import dev.previews.environment.Environment;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.NotFoundException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Deployer;
import dev.previews.spi.Deployment;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import java.util.function.Supplier;

/** Takes an environment down, if it is the caller's. */
final class Removal {
  private Removal() {}

  /**
   * On a shared engine what was deployed goes first, stopped in good order; an engine of its own
   * goes as a whole.
   */
  static void of(
      Machine machine,
      String owner,
      Deployment deployment,
      Driver driver,
      VolumePolicy volumes,
      Context context) {
    requireOwner(machine, owner);
    orWhatIsLeft(
        () -> remove(machine, deployment, driver, volumes, context),
        machine,
        driver,
        volumes,
        context);
  }

  /** The same without a connection that is there, whoever owns it. */
  static void of(
      Machine machine,
      Supplier<Deployer> deployer,
      Driver driver,
      VolumePolicy volumes,
      Context context) {
    if (!machine.shared() || !runs(machine)) {
      driver.delete(machine.id(), volumes, context);
      return;
    }
    orWhatIsLeft(
        () -> {
          try (Connection connection = driver.connect(machine, context);
              Deployment deployment = deployer.get().attach(machine, connection, context)) {
            remove(machine, deployment, driver, volumes, context);
          }
        },
        machine,
        driver,
        volumes,
        context);
  }

  /** The deployment is open until the machine is gone: so nobody else has a turn before. */
  private static void remove(
      Machine machine,
      Deployment deployment,
      Driver driver,
      VolumePolicy volumes,
      Context context) {
    if (machine.shared()) {
      deployment.down(volumes, context);
    }
    driver.delete(machine.id(), volumes, context);
  }

  /** Somebody else may remove the machine under our feet. */
  private static void orWhatIsLeft(
      Runnable removal, Machine machine, Driver driver, VolumePolicy volumes, Context context) {
    try {
      removal.run();
      return;
    } catch (NotFoundException goneMeanwhile) {
      // What is left of it goes below.
    } catch (PreviewException e) {
      if (driver.find(machine.id(), context).filter(Removal::runs).isPresent()) {
        throw e;
      }
    }
    driver.delete(machine.id(), volumes, context);
  }

  private static boolean runs(Machine machine) {
    return machine.environment().state() == Environment.State.RUNNING;
  }

  static void requireOwner(Machine machine, String owner) {
    String actual = machine.environment().owner();
    if (!actual.equals(owner)) {
      throw new OwnershipException(
          "the environment "
              + machine.id()
              + " belongs to '"
              + actual
              + "' and not to '"
              + owner
              + "': to remove it all the same, say owner(\""
              + actual
              + "\")");
    }
  }
}
