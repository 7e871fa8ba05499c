package com.example.limited;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;
import org.junit.jupiter.api.Tag;

/** The whole path, from {@code up} to {@code down}. */
@Tag("again")
class LimitedPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return new EngineAtHand();
  }
}
