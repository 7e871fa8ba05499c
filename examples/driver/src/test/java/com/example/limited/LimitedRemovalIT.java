package com.example.limited;

import dev.previews.testkit.Place;
import dev.previews.testkit.RemovalContract;
import org.junit.jupiter.api.Tag;

/** A removal, on an engine that is shared. */
@Tag("again")
class LimitedRemovalIT extends RemovalContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
