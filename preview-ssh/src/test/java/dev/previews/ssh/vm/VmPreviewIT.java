package dev.previews.ssh.vm;

import dev.previews.testkit.Place;
import dev.previews.testkit.PreviewContract;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole path, on machines that are made for each environment. */
@Execution(ExecutionMode.CONCURRENT)
class VmPreviewIT extends PreviewContract {
  @Override
  protected Place place() {
    return new VmPlace();
  }
}
