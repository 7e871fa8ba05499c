package dev.previews.docker;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;

/** The contract on the engine at hand, shared. */
class SharedDockerIT extends DriverContract {
  @Override
  protected Place place() {
    return LocalPlace.shared();
  }
}
