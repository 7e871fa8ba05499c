package dev.previews.docker;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;
import org.junit.jupiter.api.Tag;

/** The whole path on an engine of each environment's own. */
@Tag("again")
class IsolatedPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return LocalPlace.isolated();
  }
}
