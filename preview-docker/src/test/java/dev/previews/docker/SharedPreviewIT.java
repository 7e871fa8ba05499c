package dev.previews.docker;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;

/** The whole path on the engine at hand, shared. */
class SharedPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return LocalPlace.shared();
  }
}
