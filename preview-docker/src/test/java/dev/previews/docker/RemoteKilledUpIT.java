package dev.previews.docker;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A killed client of a shared engine elsewhere, while files, images and containers come to it. */
@KilledAt({Step.FILES, Step.IMAGES, Step.DEPLOY})
class RemoteKilledUpIT extends KilledUpContract {
  @RegisterExtension static final RemoteEngine ENGINE = new RemoteEngine();

  @Override
  protected Place place() {
    return ENGINE.place();
  }
}
