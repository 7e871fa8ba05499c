package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.tunnel.names.ClientId;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two connections that want the same name: whether its holder is still there decides. */
@Timeout(90)
class NameHoldersIT {
  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();

  @Test
  void aNameInUseIsNotGivenToASecondLiveConnection() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running first =
        gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      try (OpenSsh.Running second =
          gateway.ssh().start("-v", "-N", "-R", gateway.forward("/web"))) {
        assertThat(second.awaitExit()).isEqualTo(255);
        assertThat(second.stderr())
            .contains("another connection of the same key has it, and answers");
      }
      assertThat(gateway.status("web-" + id)).isEqualTo(200);
    }
  }

  /** A client whose machine hangs: it is there for the kernel, and answers no more. */
  @Test
  void aHolderThatDoesNotAnswerLosesTheNameAtOnce() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running first =
        gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      signal(first, "STOP");
      long begin = System.nanoTime();
      try (OpenSsh.Running second =
          gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
        second.awaitStdout("\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
        assertThat(gateway.status("web-" + id)).isEqualTo(200);
        signal(first, "CONT");
        first.awaitExit();
        assertThat(gateway.status("web-" + id)).isEqualTo(200);
      }
    }
  }

  /** The gateway has noticed already, and waits longer for it than whoever takes the name over. */
  @Test
  void aHolderThatHasNotAnsweredForLongLosesTheNameAtOnce() throws Exception {
    String id = ClientId.of(gateway.ssh().publicKey());
    try (OpenSsh.Running first =
        gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
      first.awaitStdout("\r\n");
      signal(first, "STOP");
      Thread.sleep(4500); // the gateway has asked, and will wait for 12 s
      long begin = System.nanoTime();
      try (OpenSsh.Running second =
          gateway.ssh().start("-R", gateway.forward("/web"), "--", "hello")) {
        second.awaitStdout("\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
        assertThat(gateway.status("web-" + id)).isEqualTo(200);
      }
    }
  }

  private static void signal(OpenSsh.Running client, String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, String.valueOf(client.process().pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
