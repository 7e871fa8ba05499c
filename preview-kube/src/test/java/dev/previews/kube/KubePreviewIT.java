package dev.previews.kube;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole path on a real cluster, with exactly the rights of rbac.yaml. */
class KubePreviewIT extends PreviewContract {
  @RegisterExtension static final LabPlace PLACE = LabPlace.restricted();

  @Override
  protected Place place() {
    return PLACE;
  }
}
