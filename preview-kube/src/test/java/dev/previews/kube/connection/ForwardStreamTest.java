package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.cluster.FakeSocket;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams to a port of a Pod, which carry every URL and the engine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ForwardStreamTest {
  private static final int SIZE = 4 << 20;
  private static final int CHUNK = 1 << 20;

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();
  private final FakePod pod = new FakePod(Set.of("v4.channel.k8s.io"));
  private ServerSocket service;
  private Cluster cluster;
  private Sockets sockets;

  /** What a service does with its one client. */
  @FunctionalInterface
  private interface Work<T> {
    T with(Socket client) throws Exception;
  }

  @BeforeEach
  void open() throws IOException {
    server.on(pod);
    service = new ServerSocket();
    service.setReceiveBufferSize(64 * 1024);
    service.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    cluster = server.cluster(directory);
    sockets = new Sockets(cluster, gone -> {});
  }

  @AfterEach
  void close() throws IOException {
    sockets.abort();
    cluster.close();
    service.close();
    server.close();
  }

  private ForwardStream dial() {
    return new ForwardStream(sockets.forward(FakePod.ADDRESS, service.getLocalPort()));
  }

  private <T> CompletableFuture<T> serve(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Daemon.start(
        "fake-service",
        () -> {
          try (Socket client = service.accept()) {
            result.complete(work.with(client));
          } catch (Exception | AssertionError e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static String digest(InputStream in, long size) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    InputStream read = new DigestInputStream(in, digest);
    byte[] buffer = new byte[64 * 1024];
    for (long left = size; left > 0; ) {
      int n = read.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new IOException(left + " bytes are missing");
      }
      left -= n;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String digest(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void bothDirectionsArriveWhole() throws Exception {
    byte[] sent = bytes(SIZE);
    pod.splitsHead = true;
    CompletableFuture<String> received =
        serve(
            client -> {
              String digest = digest(client.getInputStream(), SIZE);
              client.getOutputStream().write(sent);
              return digest;
            });
    try (DuplexStream stream = dial()) {
      stream.output().write(sent);
      assertThat(digest(stream.input(), SIZE)).isEqualTo(digest(sent));
      assertThat(stream.input().read()).isEqualTo(-1);
    }
    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(digest(sent));
  }

  @Test
  void aPeerThatDoesNotReadHoldsTheWriterUpAndNotTheMemory() throws Exception {
    int chunks = 96; // a system may let a socket buffer 32 MiB, and there are two on the way
    byte[] chunk = bytes(CHUNK);
    CountDownLatch mayRead = new CountDownLatch(1);
    CompletableFuture<String> received =
        serve(
            client -> {
              mayRead.await();
              return digest(client.getInputStream(), (long) chunks * CHUNK);
            });
    AtomicInteger written = new AtomicInteger();
    MessageDigest sent = MessageDigest.getInstance("SHA-256");
    try (DuplexStream stream = dial()) {
      CompletableFuture<Void> writing = new CompletableFuture<>();
      Daemon.start(
          "writer",
          () -> {
            try {
              for (int i = 0; i < chunks; i++) {
                stream.output().write(chunk);
                sent.update(chunk);
                written.incrementAndGet();
              }
              writing.complete(null);
            } catch (IOException e) {
              writing.completeExceptionally(e);
            }
          });
      int[] last = {-1};
      await()
          .pollInterval(Duration.ofMillis(700))
          .until(
              () -> {
                boolean stands = written.get() > 0 && written.get() == last[0];
                last[0] = written.get();
                return stands;
              });
      // What the two sockets on the way buffer, and not what was to be written.
      assertThat(written.get()).isLessThan(chunks - 16);
      mayRead.countDown();
      writing.get(30, TimeUnit.SECONDS);
      assertThat(received.get(30, TimeUnit.SECONDS))
          .isEqualTo(HexFormat.of().formatHex(sent.digest()));
    }
  }

  @Test
  void aDownloadThatIsDroppedInTheMiddleDoesNotEndAsAWholeOne() throws Exception {
    pod.dropDownAfter = SIZE * 3L / 10;
    // It keeps the connection: what ends the stream is the drop alone.
    CompletableFuture<Integer> end =
        serve(
            client -> {
              client.getOutputStream().write(bytes(SIZE));
              return client.getInputStream().read();
            });
    try (DuplexStream stream = dial()) {
      assertThatThrownBy(() -> digest(stream.input(), SIZE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("lost")
          .hasMessageNotContaining("missing");
    }
    await().until(end::isDone);
  }

  @Test
  void anUploadThatIsDroppedInTheMiddleFailsAtTheWriter() throws Exception {
    pod.dropAfter = SIZE * 3L / 10;
    CompletableFuture<String> received = serve(client -> digest(client.getInputStream(), SIZE));
    try (DuplexStream stream = dial()) {
      byte[] chunk = bytes(CHUNK);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  stream.output().write(chunk);
                }
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(received).failsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void aPortThatNobodyListensOnSaysSo() {
    pod.portError = "dial tcp 127.0.0.1:1: connect: connection refused";
    try (DuplexStream stream = dial()) {
      assertThatThrownBy(() -> stream.input().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("connection refused");
    }
  }

  @Test
  void whatWasWrittenBeforeTheCloseArrives() throws Exception {
    byte[] sent = bytes(256 * 1024);
    CompletableFuture<String> received =
        serve(client -> digest(client.getInputStream(), sent.length));
    try (DuplexStream stream = dial()) {
      for (int i = 0; i < 4; i++) {
        stream.output().write(sent, i * 64 * 1024, 64 * 1024);
      }
      stream.output().flush();
    }
    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(digest(sent));
  }

  @Test
  void aConnectionThatNobodyAsksOnAnyMoreEndsThoughTheServiceKeepsIt() throws Exception {
    CompletableFuture<Integer> end = serve(client -> client.getInputStream().read());
    try (ForwardStream stream =
        new ForwardStream(
            sockets.forward(FakePod.ADDRESS, service.getLocalPort()), Duration.ofMillis(200))) {
      CompletableFuture<Integer> reading = new CompletableFuture<>();
      Daemon.start(
          "reader",
          () -> {
            try {
              reading.complete(stream.input().read());
            } catch (IOException e) {
              reading.completeExceptionally(e);
            }
          });
      // As long as somebody may still ask, silence is nothing.
      Thread.sleep(600);
      assertThat(reading).isNotDone();
      stream.shutdownOutput();
      assertThat(reading)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withCauseInstanceOf(SocketTimeoutException.class);
      assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }

  @Test
  void aConnectionThatABrowserOpensAheadIsNotTakenForAServiceThatSpeaksFirst() throws Exception {
    byte[] request = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (PodConnection connection =
        new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {})) {
      for (int i = 0; i < 2; i++) {
        CompletableFuture<Boolean> answering =
            serve(
                client -> {
                  client.getInputStream().readNBytes(request.length);
                  client.getOutputStream().write('x');
                  return true;
                });
        try (DuplexStream stream = connection.dial(Endpoint.loopback(service.getLocalPort()))) {
          CompletableFuture<Integer> reading = new CompletableFuture<>();
          if (i > 0) {
            Daemon.start(
                "reader",
                () -> {
                  try {
                    reading.complete(stream.input().read());
                  } catch (IOException e) {
                    reading.completeExceptionally(e);
                  }
                });
            Thread.sleep(300);
          }
          stream.output().write(request);
          assertThat(i > 0 ? reading.get(10, TimeUnit.SECONDS) : stream.input().read())
              .isEqualTo('x');
        }
        answering.get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(server.requests()).noneMatch(it -> it.contains("/exec?"));
  }

  @Test
  void aSilentPeerIsPingedAndLostWhenItDoesNotAnswer() throws Exception {
    CompletableFuture<Integer> heard = new CompletableFuture<>();
    CompletableFuture<Integer> end =
        serve(
            client -> {
              heard.complete(client.getInputStream().read());
              return client.getInputStream().read();
            });
    Sockets impatient = new Sockets(cluster, gone -> {}, Duration.ofMillis(500));
    try (DuplexStream stream =
        new ForwardStream(impatient.forward(FakePod.ADDRESS, service.getLocalPort()))) {
      CompletableFuture<Integer> reading = new CompletableFuture<>();
      Daemon.start(
          "reader",
          () -> {
            try {
              reading.complete(stream.input().read());
            } catch (IOException e) {
              reading.completeExceptionally(e);
            }
          });
      await().until(() -> pod.forwarded != null);
      FakeSocket far = Objects.requireNonNull(pod.forwarded);
      for (int i = 0; i < 12; i++) {
        impatient.ping();
        Thread.sleep(100);
      }
      assertThat(far.pings()).isGreaterThan(5);
      // It answered, so it lives.
      stream.output().write('x');
      assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo('x');
      far.answersPings = false;
      for (int i = 0; i < 12; i++) {
        impatient.ping();
        Thread.sleep(100);
      }
      assertThat(reading)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("lost");
    }
    assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(-1);
  }
}
