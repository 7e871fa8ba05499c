package dev.previews.ssh.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.DeadlineException;
import dev.previews.exec.Deadline;
import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Peers that take a connection and then keep silent. */
@Timeout(60)
class DeadlinesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir Path folder;

  @Test
  void aPeerThatSaysNothingIsGivenUpInTheHandshake() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SshHost host = new SshHost(settings(silent.getLocalPort()))) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> host.connect(Deadline.in(Duration.ofMinutes(1))))
          .isInstanceOf(DeadlineException.class)
          .hasMessageContaining("2000 ms")
          .hasMessageContaining("the SSH handshake of root@127.0.0.1");
      assertSoon(start);
    }
  }

  @Test
  void anAgentThatSaysNothingIsGivenUp() throws Exception {
    Path socket = folder.resolve("agent");
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      long start = System.nanoTime();
      assertThatThrownBy(() -> new Agent(socket, Deadline.in(PATIENCE)).keys())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the agent at " + socket + " did not answer in time");
      assertSoon(start);
    }
  }

  @Test
  void whatHasNoDeadlineOfItsOwnIsGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch late = new CountDownLatch(1);
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                Dial.within(
                    Deadline.in(PATIENCE),
                    () -> {
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        throw new IOException(e);
                      }
                      return "late";
                    },
                    value -> late.countDown()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no answer");
    assertSoon(start);
    never.countDown();
    late.await(); // what came too late was handed back to be closed
  }

  @Test
  void allAddressesOfANameAreTried() throws Exception {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket server = new ServerSocket(0, 1, loopback)) {
      List<InetAddress> addresses =
          List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), loopback);
      Dial dial = new Dial("box", server.getLocalPort(), Deadline.in(PATIENCE));
      try (Socket socket = dial.socket(addresses, Socket::new)) {
        assertThat(socket.getInetAddress().getHostAddress()).isEqualTo("127.0.0.1");
      }
      assertThatThrownBy(() -> dial.socket(addresses.subList(0, 1), Socket::new))
          .isInstanceOf(IOException.class);
    }
  }

  private static void assertSoon(long start) {
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(PATIENCE.minusMillis(100), PATIENCE.plusSeconds(3));
  }

  private HostSettings settings(int port) {
    return HostSettings.resolve(
        HostName.parse("root@127.0.0.1:" + port),
        SshOptions.usual(folder)
            .with(
                draft -> {
                  draft.configFiles = List.of();
                  draft.connectTimeout = PATIENCE;
                }));
  }
}
