package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The driver's contract, with an sshd as it comes. */
class SshDriverIT extends DriverContract {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.with();

  @Override
  protected Place place() {
    return MACHINE.place();
  }

  @Test
  void theWayToTheEngineIsReported() {
    try (Opened opened = Opened.on(MACHINE.driver())) {
      assertThat(opened.machine.properties()).containsEntry("way", "FORWARDED");
    }
  }
}
