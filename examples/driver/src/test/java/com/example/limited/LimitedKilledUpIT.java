package com.example.limited;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;

/** A killed client. What the engine's own driver leaves at the other steps is left here, too. */
@KilledAt({Step.MACHINE, Step.DEPLOY})
class LimitedKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
