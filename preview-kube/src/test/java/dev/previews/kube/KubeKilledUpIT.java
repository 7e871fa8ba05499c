package dev.previews.kube;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A killed client on a real cluster: while a Pod is made, and while files come through it. What the
 * others leave is the same on every engine, and a Pod each is slow.
 */
@KilledAt({Step.MACHINE, Step.FILES})
class KubeKilledUpIT extends KilledUpContract {
  @RegisterExtension static final LabPlace PLACE = new LabPlace();

  @Override
  protected Place place() {
    return PLACE;
  }
}
