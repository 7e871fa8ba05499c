package dev.previews.ssh;

import dev.previews.progress.Step;
import dev.previews.testkit.KilledAt;
import dev.previews.testkit.KilledUpContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A killed client, on the lab's machine: while the machine is taken, and while files and containers
 * come to it. What the other steps leave is the same on every engine.
 */
@KilledAt({Step.MACHINE, Step.FILES, Step.DEPLOY})
@Execution(ExecutionMode.CONCURRENT)
class SshKilledUpIT extends KilledUpContract {
  @Override
  protected Place place() {
    return SshPlace.lab();
  }
}
