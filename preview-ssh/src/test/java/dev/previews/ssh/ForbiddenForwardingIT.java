package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.testkit.DriverContract;
import dev.previews.testkit.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The driver's contract where sshd forwards nothing and allows two sessions on a connection. */
@ResourceLock(SixtyServices.LOCK)
class ForbiddenForwardingIT extends DriverContract {
  @RegisterExtension
  static final SshMachine MACHINE =
      SshMachine.with("MaxSessions=2", "AllowStreamLocalForwarding=no", "AllowTcpForwarding=no");

  @TempDir Path directory;

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

  /** Each stream to the engine and to a service is a session here. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aProjectOf60ServicesComesUpAndAnswers() throws Exception {
    SixtyServices.comeUpAndAnswer(MACHINE, directory);
  }
}
