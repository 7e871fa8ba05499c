package com.example.limited;

import dev.previews.testkit.Place;
import dev.previews.testkit.RemovalContract;

/** A removal, on an engine that is shared. */
class LimitedRemovalIT extends RemovalContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
