package com.example.limited;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;

/** The whole path, from {@code up} to {@code down}. */
class LimitedPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
