package dev.previews.docker;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;

/** The contract on engines of their own in privileged containers. */
class IsolatedDockerIT extends DriverContract {
  @Override
  protected Place place() {
    return LocalPlace.isolated();
  }
}
