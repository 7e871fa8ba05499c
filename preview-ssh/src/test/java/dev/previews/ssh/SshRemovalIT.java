package dev.previews.ssh;

import dev.previews.testkit.Place;
import dev.previews.testkit.RemovalContract;

/** Removal from the lab's machine. */
class SshRemovalIT extends RemovalContract {
  @Override
  protected Place place() {
    return SshPlace.lab();
  }
}
