package dev.previews.docker;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;

/** The whole path on an engine of each environment's own. */
class IsolatedPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return LocalPlace.isolated();
  }
}
