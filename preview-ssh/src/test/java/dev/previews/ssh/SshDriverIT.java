package dev.previews.ssh;

import dev.previews.testkit.LiveMachineContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.Nested;

/**
 * The driver's contract on each of the lab's machines, which others use at the same time: they are
 * not killed. Machines that are killed have {@link ForbiddenForwardingIT}, and {@code VmDriverIT}.
 */
class SshDriverIT {
  @Nested
  class First extends LiveMachineContract {
    @Override
    protected Place place() {
      return SshPlace.lab(0);
    }
  }

  @Nested
  class Second extends LiveMachineContract {
    @Override
    protected Place place() {
      return SshPlace.lab(1);
    }
  }
}
