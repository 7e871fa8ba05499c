package dev.previews.kube;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

class KubeDriverIT extends DriverContract {
  @RegisterExtension static final LabPlace PLACE = new LabPlace();

  @Override
  protected Place place() {
    return PLACE;
  }
}
