package dev.previews.testkit;

import dev.previews.environment.EnvironmentId;
import dev.previews.spi.Driver;
import dev.previews.spi.MachineSpec;

/** A program that ensures a machine and prints its directory. */
final class EnsureInSecondJvm {
  private EnsureInSecondJvm() {}

  public static void main(String[] arguments) {
    try (Driver driver = Drivers.open(arguments[0])) {
      MachineSpec spec = MachineSpec.of(EnvironmentId.of(arguments[1]), arguments[2]);
      System.out.println(driver.ensure(spec, Drivers.context()).directory());
    }
  }
}
