package dev.previews.kube;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.AfterAll;

class KubeDriverIT extends DriverContract {
  private final LabPlace place = new LabPlace();

  @Override
  protected Place place() {
    return place;
  }

  @AfterAll
  void removeNamespace() {
    place.close();
  }
}
