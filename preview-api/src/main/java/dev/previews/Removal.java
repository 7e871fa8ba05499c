package dev.previews;

import dev.previews.environment.VolumePolicy;
import dev.previews.error.OwnershipException;
import dev.previews.spi.Context;
import dev.previews.spi.Deployment;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;

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
    if (machine.shared()) {
      deployment.down(volumes, context);
    }
    driver.delete(machine.id(), volumes, context);
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
