package dev.previews.ssh.vm;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;

/** The driver's contract on machines of its own making. */
class VmDriverIT extends DriverContract {
  @Override
  protected Place place() {
    return new VmPlace();
  }
}
