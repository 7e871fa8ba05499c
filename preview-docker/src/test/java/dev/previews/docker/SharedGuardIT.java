package dev.previews.docker;

import dev.previews.testkit.GuardContract;
import dev.previews.testkit.Place;

/** Guarded environments on the engine at hand. */
class SharedGuardIT extends GuardContract {
  @Override
  protected Place place() {
    return LocalPlace.shared();
  }
}
