package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** An sshd as distributions set it up: all goes over one connection. */
@ResourceLock(SixtyServices.LOCK)
class OneConnectionIT {
  @RegisterExtension static final SshMachine MACHINE = SshMachine.with();

  @TempDir Path directory;

  @Test
  void aProjectOf60ServicesTakesOne() throws Exception {
    assertThat(MACHINE.exec("sshd -T | grep maxsessions")).isEqualTo("maxsessions 10");
    assertThat(SixtyServices.comeUpAndAnswer(MACHINE, directory)).isEqualTo(1);
  }
}
