package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.exec.Deadline;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import dev.previews.ssh.link.Session;
import dev.previews.ssh.link.SshHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** An sshd that allows two sessions on a connection, and forwards nothing. */
@ResourceLock(SixtyServices.LOCK)
class MaxSessionsIT {
  @RegisterExtension
  static final SshMachine MACHINE =
      SshMachine.with("MaxSessions=2", "AllowStreamLocalForwarding=no", "AllowTcpForwarding=no");

  private static final String STOP_LISTENING =
      """
      pid=$(cat /run/sshd.pid)
      kill "$pid"
      while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
      """;

  @TempDir Path directory;

  @Test
  void furtherConnectionsAreOpenedForFurtherSessionsAndNoMoreThanNeeded() throws Exception {
    assertThat(MACHINE.exec("sshd -T | grep maxsessions")).isEqualTo("maxsessions 2");
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    try (SshHost host = new SshHost(settings())) {
      List<Session> sessions = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        sessions.add(host.session("cat", new byte[0], deadline));
      }
      assertThat(host.connections()).isEqualTo(3);
      for (Session session : sessions) {
        session.endInput();
        session.over().toCompletableFuture().get(25, TimeUnit.SECONDS);
      }
      for (int i = 0; i < 20; i++) { // one after the other, each in the place of the one before
        try (Session session = host.session("echo it", new byte[0], deadline)) {
          assertThat(session.output().readAllBytes()).asString().isEqualTo("it\n");
        }
      }
      assertThat(host.connections()).isEqualTo(3);
    }
  }

  /** Another connection cannot be had while sshd takes no more; but a session gets free. */
  @Test
  void aSessionIsWaitedForWhereNoFurtherConnectionIsToBeHad() throws Exception {
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    try (SshHost host = new SshHost(settings())) {
      List<Session> sessions = new ArrayList<>();
      do { // until all connections are full, however many a refusal has made of them
        sessions.add(host.session("cat", new byte[0], deadline));
      } while (sessions.size() < 4 || sessions.size() < 2 * host.connections());
      MACHINE.exec(STOP_LISTENING); // those that are connected stay
      CompletableFuture<Session> further =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return host.session("echo it", new byte[0], Deadline.in(Duration.ofSeconds(30)));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      Thread.sleep(1500);
      assertThat(further).isNotDone();
      sessions.get(0).endInput();
      try (Session session = further.get(25, TimeUnit.SECONDS)) {
        assertThat(session.output().readAllBytes()).asString().isEqualTo("it\n");
      }
    } finally {
      MACHINE.exec("[ -e /run/sshd.pid ] || /usr/sbin/sshd");
    }
  }

  /** Streams wait for their turn until enough connections are open. */
  @Test
  void moreStreamsAtOnceThanAFewLoginsCarry() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try (Opened opened = Opened.on(MACHINE.driver())) {
      List<Future<DuplexStream>> dialled = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        dialled.add(threads.submit(() -> opened.connection.dial(Endpoint.engine())));
      }
      for (Future<DuplexStream> stream : dialled) {
        stream.get(150, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** Each stream to the engine and to a service is a session here. */
  @Test
  void aProjectOf60ServicesComesUpAndAnswers() throws Exception {
    SixtyServices.comeUpAndAnswer(MACHINE, directory);
  }

  private HostSettings settings() {
    return HostSettings.resolve(
        HostName.parse("root@" + MACHINE.address()),
        SshOptions.usual(directory)
            .with(
                draft -> {
                  draft.configFiles = List.of();
                  draft.identities = List.of(Lab.key());
                  draft.knownHosts = MACHINE.knownHosts();
                }));
  }
}
