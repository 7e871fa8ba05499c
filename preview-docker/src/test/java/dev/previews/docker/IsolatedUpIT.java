package dev.previews.docker;

import dev.previews.testkit.Place;
import dev.previews.testkit.UpContract;

/** The way up on an engine of each environment's own. */
class IsolatedUpIT extends UpContract {
  @Override
  protected Place place() {
    return LocalPlace.isolated();
  }
}
