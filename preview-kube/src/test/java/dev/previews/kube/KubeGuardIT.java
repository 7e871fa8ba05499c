package dev.previews.kube;

import dev.previews.testkit.GuardContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Guarded environments in a cluster. */
class KubeGuardIT extends GuardContract {
  @RegisterExtension static final LabPlace PLACE = new LabPlace();

  @Override
  protected Place place() {
    return PLACE;
  }
}
