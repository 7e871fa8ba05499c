package dev.previews.testkit;

import dev.previews.environment.EnvironmentId;
import dev.previews.spi.Driver;
import dev.previews.spi.MachineSpec;
import java.io.IOException;

/**
 * A program that says when it is ready, and at a word ensures a machine and prints its directory.
 */
final class EnsureInSecondJvm {
  private EnsureInSecondJvm() {}

  public static void main(String[] arguments) throws IOException {
    try (Driver driver = Drivers.open(arguments[0])) {
      System.out.print('>');
      System.out.flush();
      if (System.in.read() < 0) {
        return;
      }
      MachineSpec spec = MachineSpec.of(EnvironmentId.of(arguments[1]), arguments[2]);
      System.out.println(driver.ensure(spec, Drivers.context()).directory());
    }
  }
}
