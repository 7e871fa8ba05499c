package dev.previews.ssh;

import dev.previews.testkit.Place;
import dev.previews.testkit.UpContract;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The way up, on a pool of all the lab's machines. */
@Execution(ExecutionMode.CONCURRENT)
class PoolPreviewIT extends UpContract {
  @Override
  protected Place place() {
    return SshPlace.pool();
  }
}
