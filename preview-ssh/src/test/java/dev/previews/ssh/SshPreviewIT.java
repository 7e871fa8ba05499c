package dev.previews.ssh;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole path, on the lab's machine. */
@Execution(ExecutionMode.CONCURRENT)
class SshPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return SshPlace.lab();
  }
}
