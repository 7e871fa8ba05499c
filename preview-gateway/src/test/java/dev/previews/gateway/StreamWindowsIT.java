package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much OpenSSH's client may send of a service at first, as it says itself. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class StreamWindowsIT {
  private static final int MUCH = 300_000;
  private static final String HELLO = "hello";

  @RegisterExtension final LimitedGateway gateway = new LimitedGateway();
  private RawService service;
  private OpenSsh.Running client;
  private String host;

  @BeforeEach
  void connect() throws Exception {
    service =
        new RawService(
            (in, out) -> {
              boolean upgrade =
                  RawService.head(in).toLowerCase(Locale.ROOT).contains("upgrade: tcp");
              RawService.send(
                  out,
                  upgrade
                      ? "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                          + "Upgrade: tcp\r\n\r\n"
                          + HELLO
                      : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + HELLO);
              while (in.read() >= 0) { // each byte asks for much
                out.write(new byte[MUCH]);
                out.flush();
              }
            });
    OpenSsh ssh = gateway.ssh();
    host = "service-" + ClientId.of(ssh.publicKey()) + ".tunnels.test";
    client = ssh.start("-v", "-v", "-R", "/service:127.0.0.1:" + service.port(), "--", HELLO);
    client.awaitStdout("\r\n");
  }

  @AfterEach
  void disconnect() {
    client.close();
    service.close();
  }

  private Socket ask(String more) throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.httpPort());
    socket.setSoTimeout(10_000);
    RawService.send(
        socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n");
    InputStream in = socket.getInputStream();
    RawService.head(in);
    assertThat(in.readNBytes(HELLO.length())).asString().isEqualTo(HELLO);
    return socket;
  }

  private long windows(String bytes) {
    return Pattern.compile("ctype forwarded-\\S+ rchan \\d+ win " + bytes + " ")
        .matcher(client.stderr())
        .results()
        .count();
  }

  private List<Integer> adjusts() {
    return Pattern.compile("rcvd adjust (\\d+)")
        .matcher(client.stderr())
        .results()
        .map(it -> Integer.parseInt(it.group(1)))
        .toList();
  }

  @Test
  void anUpgradeBeginsSmallAndIsWidenedOnce() throws Exception {
    try (Socket socket = ask("Connection: Upgrade\r\nUpgrade: tcp\r\n")) {
      assertThat(windows("4096")).as(client.stderr()).isOne();
      assertThat(adjusts()).isEmpty();
      socket.getOutputStream().write(1);
      assertThat(socket.getInputStream().readNBytes(MUCH)).containsOnly(0).hasSize(MUCH);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(adjusts()).isNotEmpty());
      assertThat(adjusts().get(0)).as("all at once").isGreaterThan(1_000_000);
      assertThat(adjusts().size()).as("%s", adjusts()).isLessThan(5);
      for (int i = 0; i < 10; i++) {
        socket.getOutputStream().write(1);
        assertThat(socket.getInputStream().readNBytes(MUCH)).containsOnly(0).hasSize(MUCH);
      }
    }
  }

  @Test
  void anAnswerHasTheWholeWindowAtOnce() throws Exception {
    try (Socket socket = ask("")) {
      assertThat(windows("1048576")).as(client.stderr()).isOne();
      assertThat(socket.isConnected()).isTrue();
    }
  }
}
