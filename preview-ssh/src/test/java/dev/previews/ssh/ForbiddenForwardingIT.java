package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The driver's contract where sshd forwards nothing: each stream is a session. */
class ForbiddenForwardingIT extends DriverContract {
  @RegisterExtension
  static final SshMachine MACHINE =
      SshMachine.with("AllowStreamLocalForwarding=no", "AllowTcpForwarding=no");

  @Override
  protected Place place() {
    return MACHINE.place();
  }

  @Test
  void theWayToTheEngineIsReported() {
    List<String> notices = new CopyOnWriteArrayList<>();
    Context call =
        Context.of(
            Deadline.in(Duration.ofMinutes(1)),
            event -> {
              if (event instanceof ProgressEvent.Notice notice) {
                notices.add(notice.text());
              }
            });
    MACHINE.driver().open(call).close();
    assertThat(notices).anyMatch(text -> text.contains("docker system dial-stdio"));
    try (Opened opened = Opened.on(MACHINE.driver())) {
      assertThat(opened.machine.properties()).containsEntry("way", "DIAL_STDIO");
    }
  }
}
