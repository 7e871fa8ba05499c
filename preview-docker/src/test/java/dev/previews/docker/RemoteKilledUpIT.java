package dev.previews.docker;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A killed client of a shared engine elsewhere, while files come to it: these are what is not at
 * hand there. What the other steps leave is what they leave here.
 */
@KilledAt(Step.FILES)
class RemoteKilledUpIT extends KilledUpContract {
  @RegisterExtension static final RemoteEngine ENGINE = new RemoteEngine();

  @Override
  protected Place place() {
    return ENGINE.place();
  }
}
