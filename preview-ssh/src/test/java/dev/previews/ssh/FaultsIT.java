package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.machines.TestImages;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Relay;
import dev.previews.ssh.error.AuthenticationException;
import dev.previews.ssh.error.ChangedHostKeyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What happens when the host, or the way to it, fails. */
@Timeout(value = 8, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@org.junit.jupiter.api.parallel.Execution(ExecutionMode.CONCURRENT)
class FaultsIT {
  @RegisterExtension final SshMachine machine = SshMachine.with();

  /** And waits until it listens: it lets its parent go before. */
  private static final String START_SSHD =
      "rm -f /run/sshd.pid; /usr/sbin/sshd; until [ -s /run/sshd.pid ]; do sleep 0.1; done";

  private static final String PING = "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n";

  @TempDir Path directory;

  @Test
  void sshdThatIsKilledEndsUploadExecAndForwardAndAllComeBack() throws Exception {
    try (Opened opened = Opened.on(machine.driver())) {
      Path socket = directory.resolve("engine.sock");
      try (Relay relay =
          Relay.listen(
              UnixDomainSocketAddress.of(socket),
              () -> opened.connection.dial(Endpoint.engine()))) {
        assertThat(relay.address()).hasToString(socket.toString());
        assertThat(ping(socket)).endsWith("OK");
        CountDownLatch uploading = new CountDownLatch(1);
        Execution upload =
            opened.connection.exec(
                Command.of("sh", "-c", "cat >/dev/null").stdin(to -> forEver(to, uploading)));
        Execution exec = opened.connection.exec(Command.of("sleep", "600"));
        DuplexStream forward = opened.connection.dial(Endpoint.engine());
        assertThat(uploading.await(60, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> read(forward));

        machine.exec("pkill -9 sshd");

        assertThatThrownBy(() -> within30(upload)).hasCauseInstanceOf(ConnectionException.class);
        assertThatThrownBy(() -> within30(exec))
            .hasCauseInstanceOf(ConnectionException.class)
            .hasMessageContaining(machine.address());
        assertThat(reading.get(30, TimeUnit.SECONDS)).as("a lost stream fails").isEqualTo(-2);

        CompletableFuture<String> meanwhile =
            CompletableFuture.supplyAsync(() -> opened.run("echo", "again").stdout());
        Thread.sleep(1500);
        machine.exec(START_SSHD);
        assertThat(meanwhile.get(60, TimeUnit.SECONDS)).isEqualTo("again\n");
        assertThat(ping(socket)).as("the same local socket").endsWith("OK");
      }
    }
  }

  @Test
  void aLinkThatIsCutFor20SecondsIsNoticedAndTakenUpAgain() throws Exception {
    try (Opened opened = Opened.on(machine.driver())) {
      Path socket = directory.resolve("engine.sock");
      try (Relay relay =
          Relay.listen(
              UnixDomainSocketAddress.of(socket),
              () -> opened.connection.dial(Endpoint.engine()))) {
        assertThat(relay.address()).hasToString(socket.toString());
        assertThat(ping(socket)).endsWith("OK");
        Execution exec = opened.connection.exec(Command.of("sleep", "600"));
        CountDownLatch uploading = new CountDownLatch(1);
        Execution upload = // its writer waits for the socket when the link is cut
            opened.connection.exec(
                Command.of("sh", "-c", "cat >/dev/null").stdin(to -> forEver(to, uploading)));
        assertThat(uploading.await(60, TimeUnit.SECONDS)).isTrue();
        long cut = System.nanoTime();
        machine.cut();
        assertThatThrownBy(() -> get(exec, 45))
            .hasCauseInstanceOf(ConnectionException.class)
            .hasMessageContaining("has not answered");
        assertThatThrownBy(() -> within30(upload)).hasCauseInstanceOf(ConnectionException.class);
        CompletableFuture<String> ping = CompletableFuture.supplyAsync(() -> quietPing(socket));
        Thread.sleep(Math.max(0, 20_000 - (System.nanoTime() - cut) / 1_000_000));
        machine.mend();
        assertThat(ping.get(60, TimeUnit.SECONDS)).endsWith("OK");
        assertThat(opened.run("echo", "again").stdout()).isEqualTo("again\n");
      }
    }
  }

  @Test
  void aLoginThatStallsIsGivenUpInItsTime() throws Exception {
    stallLogins();
    Ssh impatient = machine.driver().connectTimeout(Duration.ofSeconds(3));
    for (int i = 0; i < 3; i++) { // it depends on who hears first that it is given up
      long start = System.nanoTime();
      assertThatThrownBy(() -> impatient.open(Opened.context()).close())
          .isInstanceOf(DeadlineException.class)
          .hasMessageContaining("the login of root@" + machine.address());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(2900), Duration.ofSeconds(30));
    }
  }

  @Test
  void aConnectionThatIsLostInTheLoginIsNoRefusedKey() throws Exception {
    stallLogins();
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Void> opening =
          CompletableFuture.runAsync(() -> machine.driver().open(Opened.context()).close());
      await().atMost(Duration.ofSeconds(20)).until(() -> stalled());
      machine.exec("pkill -9 sshd; pkill -f 'bin/stal[l]'; " + START_SSHD);
      assertThat(opening)
          .failsWithin(Duration.ofSeconds(40))
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(ConnectionException.class)
          .isNotInstanceOf(AuthenticationException.class)
          .withMessageContaining("the login failed");
    }
  }

  private boolean stalled() throws Exception {
    return !machine.exec("pgrep -f 'bin/stal[l]' || true").isEmpty();
  }

  /** A key is looked up by a program that takes a minute. */
  private void stallLogins() throws Exception {
    machine.exec(
        """
        printf '#!/bin/sh\nsleep 60\n' >/usr/local/bin/stall && chmod 755 /usr/local/bin/stall
        echo "AuthorizedKeysFile none
        AuthorizedKeysCommand /usr/local/bin/stall
        AuthorizedKeysCommandUser root" >>/etc/ssh/sshd_config.d/test.conf
        pkill -9 sshd
        """
            + START_SSHD);
  }

  @Test
  void aLinkThatIsCutForGoodFailsWithinItsTime() throws Exception {
    Ssh impatient =
        machine
            .driver()
            .keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(5))
            .connectTimeout(Duration.ofSeconds(10));
    Opened opened = Opened.on(impatient);
    try {
      Execution exec = opened.connection.exec(Command.of("sleep", "600"));
      machine.cut();
      assertThatThrownBy(() -> within30(exec)).hasCauseInstanceOf(ConnectionException.class);
      long start = System.nanoTime();
      assertThatThrownBy(() -> opened.run("true")).hasMessageContaining(machine.address());
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
      opened.connection.close();
    } finally {
      opened.driver.close();
    }
  }

  @Test
  void aMachineThatWasRebootedTellsTheTruthAndConverges() throws Exception {
    Path compose = project("");
    Previews previews = previews("faults");
    Previews others = previews("others");
    try (Preview preview = previews.up(compose);
        Preview other = others.up(compose)) {
      assertThat(get(preview)).isEqualTo("page");
      assertThat(get(other)).isEqualTo("page");
      machine.switchOff();
      assertThatThrownBy(previews::list)
          .as("nobody can tell, so nobody says that there is none")
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining(machine.address());
      machine.switchOn();
      machine.awaitUp();
      assertThat(previews.list())
          .extracting(it -> it.id() + " " + it.state())
          .containsExactly("faults RUNNING", "others RUNNING");
      assertThat(preview.services().get(0).ready()).as("nothing restarted it").isFalse();
    }
    for (Previews each : List.of(previews, others)) {
      try (Preview preview = each.up(compose)) {
        assertThat(get(preview)).isEqualTo("page");
        preview.down();
      }
    }
    assertThat(machine.place().leftovers("faults")).isEmpty();
    assertThat(machine.place().leftovers("others")).isEmpty();
  }

  @Test
  void sshdThatIsKilledUnderACopyFailsThatUpAndTheNextConverges() throws Exception {
    Path compose = project("\n    volumes: ['./big:/big']");
    byte[] random = new byte[80 << 20];
    new Random(1).nextBytes(random);
    Files.write(Files.createDirectories(directory.resolve("big")).resolve("file"), random);
    AtomicBoolean killed = new AtomicBoolean();
    CompletableFuture<Throwable> restarted = new CompletableFuture<>();
    Previews previews =
        Previews.builder()
            .driver(machine.driver())
            .id("faults")
            .variable("IMAGE", TestImages.busybox())
            .deadline(Duration.ofMinutes(4))
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.StepStarted step
                      && step.step() == Step.FILES
                      && killed.compareAndSet(false, true)) {
                    CompletableFuture.runAsync(this::restartSshd)
                        .whenComplete((done, failure) -> restarted.complete(failure));
                  }
                })
            .build();
    assertThatThrownBy(() -> previews.up(compose))
        .isInstanceOfSatisfying(
            ConnectionException.class,
            e -> assertThat(e.step().orElseThrow()).isIn(Step.FILES, Step.IMAGES));
    assertThat(restarted.get(60, TimeUnit.SECONDS)).isNull();
    try (Preview preview = previews.up(compose)) {
      assertThat(get(preview)).isEqualTo("page");
      String name = "/root/.previews/faults/files/tree";
      assertThat(machine.exec("find " + name + " -name file -size 163840 | wc -l")).isEqualTo("1");
      preview.down();
    }
    assertThat(machine.place().leftovers("faults")).isEmpty();
  }

  private void restartSshd() {
    try {
      Thread.sleep(300);
      machine.exec("pkill -9 sshd; sleep 1; " + START_SSHD);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waiting would not help, and somebody else may be there. */
  @Test
  void aHostKeyThatChangesUnderALiveDriverIsRefusedAtOnce() throws Exception {
    try (Opened opened = Opened.on(machine.driver())) {
      machine.exec(
          "rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; pkill -9 sshd; " + START_SSHD);
      long start = System.nanoTime();
      assertThatThrownBy(() -> opened.run("true")).isInstanceOf(ChangedHostKeyException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      machine.learnKey();
      assertThat(opened.run("echo", "trusted").stdout()).isEqualTo("trusted\n");
    }
  }

  @Test
  void aDiskThatIsFullIsSaid() throws Exception {
    machine.exec("mkdir /small && mount -t tmpfs -o size=230m tmpfs /small");
    Path compose = project("\n    volumes: ['./big:/big']");
    Files.write(
        Files.createDirectories(directory.resolve("big")).resolve("file"), new byte[50 << 20]);
    Previews previews =
        Previews.builder()
            .driver(machine.driver().directory("/small/previews"))
            .id("full")
            .variable("IMAGE", TestImages.busybox())
            .progress(
                event -> {
                  if (event instanceof ProgressEvent.StepStarted step
                      && step.step() == Step.FILES) {
                    fill();
                  }
                })
            .build();
    assertThatThrownBy(() -> previews.up(compose))
        .isInstanceOf(RemoteCommandException.class)
        .hasMessageContaining("is full");
    assertThatThrownBy(() -> previews.up(compose))
        .as("seen before anything is done")
        .hasMessageContaining("/small/previews is full");
    previews.down("full");
    assertThat(machine.place().leftovers("full")).isEmpty();
  }

  private void fill() {
    try {
      machine.exec("dd if=/dev/zero of=/small/filler bs=1M count=220 2>/dev/null");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path project(String more) throws IOException {
    return Files.writeString(
        directory.resolve("compose.yaml"),
        """
        services:
          web:
            image: ${IMAGE}
            init: true
            command: [sh, -c, 'echo -n page >/index.html; exec httpd -f -p 8080 -h /']
            ports: ["8080"]\
        """
            + more
            + "\n");
  }

  private Previews previews(String id) {
    return Previews.builder()
        .driver(machine.driver())
        .id(id)
        .variable("IMAGE", TestImages.busybox())
        .deadline(Duration.ofMinutes(4))
        .build();
  }

  private static String get(Preview preview) throws Exception {
    try (InputStream body = preview.url("web").toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void forEver(OutputStream to, CountDownLatch begun) throws IOException {
    byte[] block = new byte[1 << 16];
    while (true) {
      to.write(block);
      begun.countDown();
    }
  }

  private static int within30(Execution execution) throws Exception {
    return get(execution, 30);
  }

  private static int get(Execution execution, int seconds)
      throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
    return CompletableFuture.supplyAsync(execution::await).get(seconds, TimeUnit.SECONDS);
  }

  private static int read(DuplexStream stream) {
    try {
      return stream.input().read();
    } catch (IOException e) {
      return -2;
    }
  }

  private static String quietPing(Path socket) {
    try {
      return ping(socket);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String ping(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(PING.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      while (channel.read(answer) >= 0) {
        // until the end
      }
      return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
    }
  }
}
