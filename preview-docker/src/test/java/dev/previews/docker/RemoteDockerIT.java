package dev.previews.docker;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a shared engine whose files and whose network are not this machine's. */
class RemoteDockerIT extends DriverContract {
  @RegisterExtension static final RemoteEngine ENGINE = new RemoteEngine();

  @Override
  protected Place place() {
    return ENGINE.place();
  }
}
