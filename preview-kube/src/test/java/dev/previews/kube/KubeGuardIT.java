package dev.previews.kube;

import dev.previews.testkit.GuardContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.AfterAll;

/** Guarded environments in a cluster. */
class KubeGuardIT extends GuardContract {
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
