package dev.previews.docker;

import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;

/** A killed client on the engine at hand, shared. */
class SharedKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return LocalPlace.shared();
  }
}
