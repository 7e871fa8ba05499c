package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that are HTTP no more: WebSockets, and bytes as they are. */
@Timeout(90)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class UpgradesIT {
  private static final int MEBI = 1024 * 1024;
  @RegisterExtension static final HttpTunnels TUNNELS = new HttpTunnels();

  @Test
  void webSocketsPassFramesOfAllSizes() throws Exception {
    CompletableFuture<String> received = new CompletableFuture<>();
    WebSocket socket =
        TUNNELS
            .client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(
                    "ws://127.0.0.1:" + TUNNELS.port() + "/proxy/echo-" + TUNNELS.id() + "/socket"),
                new WebSocket.Listener() {
                  private final StringBuilder all = new StringBuilder();
                  private int bytes;

                  @Override
                  public CompletionStage<?> onText(
                      WebSocket from, CharSequence data, boolean last) {
                    all.append(data);
                    from.request(1);
                    return null;
                  }

                  @Override
                  public CompletionStage<?> onBinary(
                      WebSocket from, ByteBuffer data, boolean last) {
                    bytes += data.remaining();
                    if (last) {
                      received.complete(all + " " + bytes);
                    }
                    from.request(1);
                    return null;
                  }
                })
            .get(10, TimeUnit.SECONDS);
    for (int i = 0; i < 20; i++) {
      socket.sendText("t" + i, true).get(10, TimeUnit.SECONDS);
    }
    socket.sendBinary(ByteBuffer.allocate(3 * MEBI), true).get(10, TimeUnit.SECONDS);
    String texts = IntStream.range(0, 20).mapToObj(i -> "t" + i).collect(Collectors.joining());
    assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(texts + " " + 3 * MEBI);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
  }

  @Test
  void anUpgradedConnectionHalfCloses() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), TUNNELS.port())) {
      socket.setSoTimeout(10_000);
      RawService.send(
          socket.getOutputStream(),
          "GET /raw HTTP/1.1\r\n"
              + TUNNELS.host("odd")
              + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      assertThat(RawService.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
      socket.getOutputStream().write(new byte[2 * MEBI]);
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("got " + 2 * MEBI);
    }
  }
}
