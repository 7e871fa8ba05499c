package dev.previews.kube.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.machines.Needed;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands behind a server that the lab does not have, or that misbehaves. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodConnectionTest {
  private static final String V4 = "v4.channel.k8s.io";
  private static final String V5 = "v5.channel.k8s.io";
  private static final int SIZE = 8 << 20;

  @TempDir Path directory;
  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static byte[] bytes() {
    byte[] bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static StdinSource upload() {
    return to -> to.write(bytes());
  }

  private static String digest(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** What the command prints; fails unless it exits with 0. */
  private String run(Command command) throws Exception {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    try (Cluster cluster = server.cluster(directory);
        PodConnection connection =
            new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {});
        Execution execution = connection.exec(command.stdout(stdout))) {
      assertThat(execution.await()).isZero();
    }
    return stdout.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {V4, V4 + " " + V5})
  void inputArrivesWholeAndEndsOnOldAndNewServers(String subprotocols) throws Exception {
    FakePod pod = new FakePod(Set.of(subprotocols.split(" ")));
    server.on(pod);
    assertThat(run(Command.of("sha256sum").stdin(upload()))).startsWith(digest(bytes()));
    assertThat(pod.spoken).isEqualTo(V4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStreamToAPortEndsEachDirectionOnItsOwn(boolean onlyBusybox) throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    pod.path = onlyBusybox ? busyboxOnly() : null;
    server.on(pod);
    byte[] sent = bytes();
    try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Cluster cluster = server.cluster(directory);
        PodConnection connection =
            new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {});
        DuplexStream stream = connection.dial(Endpoint.loopback(service.getLocalPort()))) {
      // It answers when it has read everything, and not before.
      CompletableFuture<Void> answering =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = service.accept()) {
                  byte[] all = socket.getInputStream().readAllBytes();
                  socket.getOutputStream().write(digest(all).getBytes(StandardCharsets.US_ASCII));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              PodConnectionTest::onAThreadOfItsOwn);
      stream.output().write(sent);
      stream.output().flush();
      stream.shutdownOutput();
      assertThat(new String(stream.input().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo(digest(sent));
      answering.get(10, TimeUnit.SECONDS);
    }
  }

  /** The common pool may have a single thread, and the HTTP client needs it, too. */
  private static void onAThreadOfItsOwn(Runnable work) {
    new Thread(work, "fake-service").start();
  }

  /** A path with what a public image of an engine has. */
  private String busyboxOnly() throws Exception {
    Path busybox = Path.of("/bin/busybox");
    Needed.check(Files.isExecutable(busybox), "busybox (apt-get install busybox-static)");
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("busybox"), busybox);
    for (String applet : List.of("sh", "dd", "cat", "kill")) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    Files.createSymbolicLink(bin.resolve("setsid"), Path.of("/usr/bin/setsid"));
    return bin.toString();
  }

  @Test
  void aServiceThatSpeaksFirstIsHeard() throws Exception {
    server.on(new FakePod(Set.of(V4)));
    try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Cluster cluster = server.cluster(directory);
        PodConnection connection =
            new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {});
        DuplexStream stream = connection.dial(Endpoint.loopback(service.getLocalPort()))) {
      CompletableFuture<Void> greeting =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = service.accept()) {
                  socket.getOutputStream().write("220 hello\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              PodConnectionTest::onAThreadOfItsOwn);
      assertThat(new String(stream.input().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("220 hello\n");
      greeting.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSlowPeerHoldsTheSenderUpAndLosesNothing() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    pod.slow = true;
    server.on(pod);
    assertThat(run(Command.of("sha256sum").stdin(upload()))).startsWith(digest(bytes()));
  }

  @Test
  void whatNewerProtocolsSayBesideTheStreamsIsNotTakenForOutput() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    pod.saysMore = true;
    server.on(pod);
    assertThat(run(Command.of("echo", "hello"))).isEqualTo("hello\n");
  }

  @Test
  void aSocketThatIsDroppedInTheMiddleOfAnUploadIsAFailureAtBothEnds() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    pod.dropAfter = SIZE * 3L / 10;
    server.on(pod);
    Path target = directory.resolve("target");
    Command command =
        Command.of("sh", "-c", "cat >\"$1\"; echo whole >\"$1.done\"", "sh", target.toString());
    assertThatThrownBy(() -> run(command.stdin(upload())))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("lost")
        .hasMessageContaining("ns/pod");
    Thread.sleep(300);
    assertThat(target).exists();
    assertThat(Files.size(target)).isLessThan(SIZE);
    assertThat(directory.resolve("target.done")).doesNotExist();
  }

  @Test
  void aServerThatOnlySpeaksTheNewerProtocolIsSpokenToInIt() throws Exception {
    FakePod pod = new FakePod(Set.of(V5));
    server.on(pod);
    assertThat(run(Command.of("sha256sum").stdin(upload()))).startsWith(digest(bytes()));
    assertThat(pod.spoken).isEqualTo(V5);
    assertThat(pod.inputClosed).as("the input was closed as that protocol has it").isTrue();
  }

  @Test
  void aDownloadThatIsDroppedInTheMiddleIsAFailure() {
    FakePod pod = new FakePod(Set.of(V4));
    pod.dropDownAfter = SIZE * 3L / 10;
    server.on(pod);
    assertThatThrownBy(() -> run(Command.of("head", "-c", String.valueOf(SIZE), "/dev/zero")))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("lost");
  }

  @Test
  void aCommandsOwnSignalIsNotTakenForThePodsEnd() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    server.on(pod);
    List<PodAddress> located = new CopyOnWriteArrayList<>();
    Supplier<PodAddress> locate =
        () -> {
          PodAddress now =
              new PodAddress("ns", "pod", pod.uid, FakePod.ADDRESS.container(), pod.containerId);
          located.add(now);
          return now;
        };
    Command interrupted = Command.of("sh", "-c", "exit 255");
    try (Cluster cluster = server.cluster(directory);
        PodConnection connection = new PodConnection(cluster, locate, () -> {}, () -> {})) {
      assertThat(exit(connection, interrupted)).isEqualTo(255);
      // A set gives the name of a Pod to the next one, which has run for long when it is used.
      pod.uid = "next";
      assertThat(exit(connection, interrupted)).isEqualTo(255);
      assertThat(exit(connection, interrupted)).isEqualTo(255);
      assertThat(located).extracting(PodAddress::uid).containsExactly("uid", "next");
      // A container that was started again while the command ran has ended it.
      pod.containerId = "again";
      pod.startedAt = java.time.Instant.now().plusSeconds(1).toString();
      assertThatThrownBy(() -> exit(connection, interrupted))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("ended");
    }
  }

  private static int exit(PodConnection connection, Command command) {
    try (Execution execution = connection.exec(command)) {
      return execution.await();
    }
  }

  @Test
  void aBusyServerIsAskedForAStreamAgain() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    server.on(pod);
    AtomicInteger asked = new AtomicInteger();
    server.on(
        exchange ->
            exchange.path().endsWith("/exec")
                && asked.getAndIncrement() == 0
                && exchange.answer(429, "{}", "Retry-After: 1"));
    assertThat(run(Command.of("echo", "hello"))).isEqualTo("hello\n");
    assertThat(asked).hasValue(2);
  }

  @Test
  void credentialsThatRanOutAreRenewedForAStream() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    server.on(pod);
    Path count = directory.resolve("count");
    Path plugin =
        Files.writeString(
            directory.resolve("plugin"),
            """
            #!/bin/sh
            echo x >>"$1"
            echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
            "status":{"token":"token-'$(wc -l <"$1")'"}}'
            """);
    assertThat(plugin.toFile().setExecutable(true)).isTrue();
    Path file = server.kubeconfig(directory);
    Files.writeString(
        file,
        Files.readString(file)
            .replace(
                "{token: secret-token}",
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: \""
                    + plugin
                    + "\", args: [\""
                    + count
                    + "\"], interactiveMode: Never}}"));
    Set<String> refused = ConcurrentHashMap.newKeySet();
    server.on(
        exchange ->
            refused.contains(exchange.header("Authorization")) && exchange.answer(401, "{}"));
    ClusterSettings settings = new ClusterSettings(file, null, "ns", Duration.ofSeconds(10));
    try (Cluster cluster = Cluster.open(settings, Deadline.in(Duration.ofSeconds(20)));
        PodConnection connection =
            new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {})) {
      assertThat(exit(connection, Command.of("true"))).isZero();
      refused.add("Bearer token-" + Files.readAllLines(count).size());
      assertThat(exit(connection, Command.of("true"))).isZero();
    }
  }

  @Test
  void aCommandThatStartsOnlyAfterItsTimeIsEndedAllTheSame() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    pod.late = Duration.ofSeconds(2);
    server.on(pod);
    try (Cluster cluster = server.cluster(directory);
        PodConnection connection =
            new PodConnection(cluster, () -> FakePod.ADDRESS, () -> {}, () -> {})) {
      Command sleep = Command.of("sleep", "1000").timeout(Duration.ofMillis(500));
      try (Execution execution = connection.exec(sleep)) {
        assertThatThrownBy(execution::await).isInstanceOf(DeadlineException.class);
      }
      Process started = pod.first.get(10, TimeUnit.SECONDS);
      assertThat(started.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aCommandThatEndsWithoutAStatusHasFailed() {
    FakePod pod = new FakePod(Set.of(V4));
    pod.silentAboutTheEnd = true;
    server.on(pod);
    assertThatThrownBy(() -> run(Command.of("echo", "hello")))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("no exit status");
  }

  @Test
  void aMissingRightNamesTheSubresource() {
    server.on("GET", FakePod.ADDRESS.path("exec"), 403, "{\"message\":\"no\"}");
    assertThatThrownBy(() -> run(Command.of("true")))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("pods/exec")
        .hasMessageContaining(server.url());
  }

  @Test
  void streamsAndCommandsThatAreIdleAreKeptAlive() throws Exception {
    FakePod pod = new FakePod(Set.of(V4));
    server.on(pod);
    try (ServerSocket service = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Cluster cluster = server.cluster(directory);
        PodConnection connection =
            new PodConnection(
                cluster, () -> FakePod.ADDRESS, () -> {}, () -> {}, Duration.ofMillis(50));
        DuplexStream stream = connection.dial(Endpoint.loopback(service.getLocalPort()));
        Execution execution = connection.exec(Command.of("sleep", "600"))) {
      stream.output().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      stream.output().flush();
      await().until(() -> pod.forwarded != null && pod.forwarded.pings() > 3);
      await().until(() -> pod.running != null && pod.running.pings() > 3);
      execution.cancel();
    }
  }
}
