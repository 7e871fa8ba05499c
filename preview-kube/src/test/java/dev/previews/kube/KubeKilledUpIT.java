package dev.previews.kube;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.AfterAll;

/**
 * A killed client on a real cluster: at the driver's own steps, and while files and containers come
 * through it. What the others leave is the same on every engine, and a Pod each is slow.
 */
@KilledAt({Step.MACHINE, Step.CONNECT, Step.FILES, Step.DEPLOY})
class KubeKilledUpIT extends KilledUpContract {
  private static final LabPlace PLACE = new LabPlace();

  @Override
  protected Place place() {
    return PLACE;
  }

  @AfterAll
  static void removeNamespace() {
    PLACE.close();
  }
}
