package com.example.limited;

import dev.previews.testkit.GuardContract;
import dev.previews.testkit.Place;

/** A guarded environment. */
class LimitedGuardIT extends GuardContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
