package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A machine without Docker. */
class InstallDockerIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.bare();

  @Test
  void itIsInstalledWhenAskedForAndElseTheCommandIsNamed() throws Exception {
    MACHINE.exec("dpkg --remove --force-depends docker.io docker-cli >/dev/null");
    MACHINE.addUser("erin", "");
    MACHINE.exec("echo 'erin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/erin");
    assertThatThrownBy(() -> MACHINE.driver("erin").open(Opened.context()))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("Docker is not installed: run `sudo apt-get install -y docker.io`");

    List<ProgressEvent> events = new CopyOnWriteArrayList<>();
    Context call = Context.of(Deadline.in(Duration.ofMinutes(5)), events::add);
    try (Driver driver = MACHINE.driver("erin").installDocker().open(call)) {
      assertThat(driver.list(call)).isEmpty();
    }
    assertThat(events)
        .anyMatch(
            it -> it instanceof ProgressEvent.Notice n && n.text().contains("installing Docker"))
        .anyMatch(it -> it instanceof ProgressEvent.Output);
    assertThat(MACHINE.exec("id -nG erin")).contains("docker");

    events.clear();
    try (Driver driver = MACHINE.driver("erin").installDocker().open(call)) {
      assertThat(driver.list(call)).isEmpty();
    }
    assertThat(events).as("it is there, so nothing is done").isEmpty();
  }
}
