package dev.previews.ssh;

import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A killed client, on the lab's machine. */
@Execution(ExecutionMode.CONCURRENT)
class SshKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return SshPlace.lab();
  }
}
