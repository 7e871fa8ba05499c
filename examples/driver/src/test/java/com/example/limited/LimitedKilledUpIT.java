package com.example.limited;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.Tag;

/** A killed client. What the engine's own driver leaves at the other steps is left here, too. */
@KilledAt({Step.MACHINE, Step.DEPLOY})
@Tag("again")
class LimitedKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
