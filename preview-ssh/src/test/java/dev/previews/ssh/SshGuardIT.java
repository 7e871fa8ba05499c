package dev.previews.ssh;

import dev.previews.testkit.GuardContract;
import dev.previews.testkit.Place;

/** Guarded environments on the lab's machine. */
class SshGuardIT extends GuardContract {
  @Override
  protected Place place() {
    return SshPlace.lab();
  }
}
