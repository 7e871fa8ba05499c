package dev.previews.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @TempDir Path folder;
  private ServerSocketChannel server;

  @BeforeEach
  void startServer() throws IOException {
    server = ServerSocketChannel.open().bind(ANY_PORT, 512);
  }

  @AfterEach
  void stopServer() throws IOException {
    server.close();
  }

  private Dialer toServer() throws IOException {
    return Dialer.to(server.getLocalAddress());
  }

  /** For each connection: reads to the end, then answers with what it read and ends. */
  private void serveEchoAfterEnd() {
    Threads.start(
        "echo",
        () -> {
          while (server.isOpen()) {
            try {
              SocketStream stream = new SocketStream(server.accept());
              Threads.start("echo-one", () -> echoAfterEnd(stream));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  private static void echoAfterEnd(SocketStream stream) {
    try (stream) {
      stream.output().write(stream.input().readAllBytes());
    } catch (IOException e) {
      // The test sees it.
    }
  }

  private static byte[] exchange(SocketAddress address, byte[] request) throws Exception {
    try (DuplexStream stream = Dialer.to(address).dial()) {
      CompletableFuture<byte[]> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return stream.input().readAllBytes();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      stream.output().write(request);
      stream.shutdownOutput();
      return answer.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void passesTheEndOfEachDirectionOn() throws Exception {
    serveEchoAfterEnd();
    byte[] request = new byte[3_000_000];
    new Random(1).nextBytes(request);
    UnixDomainSocketAddress unix = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (Relay tcp = Relay.listen(ANY_PORT, toServer());
        Relay local = Relay.listen(unix, toServer())) {
      assertThat(exchange(tcp.address(), request)).isEqualTo(request);
      assertThat(exchange(local.address(), request)).isEqualTo(request);
    }
  }

  @Test
  void theUnixSocketIsForThisUserAloneAndGoesAtTheEnd() throws Exception {
    Path socket = folder.resolve("s");
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    try (Relay relay = Relay.listen(address, toServer())) {
      assertThat(relay.address()).isEqualTo(address);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void refusesAddressesThatOthersReach() {
    Dialer none =
        () -> {
          throw new IOException("not to be called");
        };
    for (SocketAddress address :
        List.of(
            new InetSocketAddress(0),
            new InetSocketAddress("192.0.2.1", 0),
            InetSocketAddress.createUnresolved("localhost", 0))) {
      assertThatThrownBy(() -> Relay.listen(address, none))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aPeerThatBreaksResetsTheClient() throws Exception {
    try (Relay relay = Relay.listen(ANY_PORT, toServer());
        Socket client = connect(relay)) {
      SocketStream peer = new SocketStream(server.accept());
      peer.output().write("half".getBytes(UTF_8));
      assertThat(client.getInputStream().readNBytes(4)).isEqualTo("half".getBytes(UTF_8));
      peer.abort();
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aStreamThatCannotBeDialledResetsTheClient() throws Exception {
    Dialer none =
        () -> {
          throw new IOException("refused");
        };
    Dialer without =
        () -> {
          throw new NoClassDefFoundError("of a class loader that was closed");
        };
    for (Dialer dialer : List.of(none, without)) {
      try (Relay relay = Relay.listen(ANY_PORT, dialer);
          Socket client = connect(relay)) {
        client.setSoTimeout(10_000);
        assertThatThrownBy(() -> client.getInputStream().read())
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(SocketTimeoutException.class);
      }
    }
  }

  @Test
  void carries200ConnectionsAtOnce() throws Exception {
    serveEchoAfterEnd();
    try (Relay relay = Relay.listen(ANY_PORT, toServer())) {
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Socket client = connect(relay);
        client.getOutputStream().write(("number " + i).getBytes(UTF_8));
        clients.add(client);
      }
      for (int i = 0; i < clients.size(); i++) {
        try (Socket client = clients.get(i)) {
          client.shutdownOutput();
          assertThat(client.getInputStream().readAllBytes())
              .isEqualTo(("number " + i).getBytes(UTF_8));
        }
      }
    }
  }

  @Test
  void anUnreadConnectionBlocksNoOther() throws Exception {
    Dialer endless = () -> new Endless(toServer().dial());
    serveEchoAfterEnd();
    try (Relay relay = Relay.listen(ANY_PORT, endless);
        Socket unread = connect(relay)) {
      unread.getOutputStream().write(1);
      Thread.sleep(200);
      try (Socket other = connect(relay)) {
        assertThat(other.getInputStream().readNBytes(1_000_000)).hasSize(1_000_000);
      }
    }
  }

  @Test
  void closeEndsConnectionsAndThreads() throws Exception {
    Future<Integer> read;
    Relay relay = Relay.listen(ANY_PORT, toServer());
    try (Socket client = connect(relay);
        SocketChannel peer = server.accept()) {
      read =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.getInputStream().read();
                } catch (IOException e) {
                  return -2;
                }
              });
      relay.close();
      relay.close();
      assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo(-2);
      assertThat(peer.isOpen()).isTrue();
    }
    String name = relay.address().toString();
    await()
        .atMost(Duration.ofSeconds(5))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().endsWith(name)));
  }

  @Test
  void unixServersAreDialledToo() throws Exception {
    Path socket = folder.resolve("peer");
    try (ServerSocketChannel unix =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(socket))) {
      try (DuplexStream stream = Dialer.to(UnixDomainSocketAddress.of(socket)).dial()) {
        Threads.start(
            "unix-echo",
            () -> {
              try {
                echoAfterEnd(new SocketStream(unix.accept()));
              } catch (IOException e) {
                // The test sees it.
              }
            });
        stream.output().write("unix".getBytes(UTF_8));
        stream.shutdownOutput();
        stream.shutdownOutput();
        assertThat(stream.input().readAllBytes()).isEqualTo("unix".getBytes(UTF_8));
      }
    }
  }

  private static Socket connect(Relay relay) throws IOException {
    InetSocketAddress address = (InetSocketAddress) relay.address();
    return new Socket(address.getAddress(), address.getPort());
  }

  private record Endless(DuplexStream stream) implements DuplexStream {
    @Override
    public InputStream input() {
      return new InputStream() {
        @Override
        public int read() {
          return 0;
        }
      };
    }

    @Override
    public OutputStream output() {
      return stream.output();
    }

    @Override
    public void shutdownOutput() {
      stream.shutdownOutput();
    }

    @Override
    public void close() {
      stream.close();
    }
  }
}
