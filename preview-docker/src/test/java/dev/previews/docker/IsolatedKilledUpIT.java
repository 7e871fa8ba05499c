package dev.previews.docker;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;

/**
 * A killed client while an engine of the environment's own is made, and while images come to it.
 * What the other steps leave is the same on every engine.
 */
@KilledAt({Step.MACHINE, Step.IMAGES})
class IsolatedKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return LocalPlace.isolated();
  }
}
