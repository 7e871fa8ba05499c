package dev.previews.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.FakeServer;
import dev.previews.kube.connection.PodAddress;
import dev.previews.kube.connection.PodConnection;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EngineReadinessTest {
  @TempDir Path directory;

  /** A stream whose peer took the question and says nothing; its reader wakes when it is closed. */
  private static final class Silent implements DuplexStream {
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public InputStream input() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          try {
            closed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new IOException("closed");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          return read();
        }
      };
    }

    @Override
    public OutputStream output() {
      return new ByteArrayOutputStream();
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void anEngineThatTakesAQuestionAndSaysNothingEndsAtTheDeadline() {
    Connection connection =
        new Connection() {
          @Override
          public Execution exec(Command command) {
            throw new AssertionError("the engine is not ready");
          }

          @Override
          public DuplexStream dial(Endpoint endpoint) {
            return new Silent();
          }

          @Override
          public void close() {}
        };
    Deadline deadline = Deadline.in(Duration.ofMillis(600));
    long start = System.nanoTime();
    assertThatThrownBy(
            () ->
                new EngineReadiness(connection, () -> {}, () -> "event of the Pod", deadline)
                    .await("/directory"))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("Docker engine")
        .hasMessageContaining("event of the Pod");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aMissingRightIsNotWaitedFor() throws Exception {
    try (FakeServer server = new FakeServer()) {
      PodAddress pod = new PodAddress("ns", "pod", "uid", "docker", "id");
      server.on(exchange -> exchange.path().contains("/pods/pod/") && exchange.answer(403, "{}"));
      try (Cluster cluster = server.cluster(directory);
          PodConnection connection = new PodConnection(cluster, () -> pod, () -> {}, () -> {})) {
        Deadline deadline = Deadline.in(Duration.ofSeconds(25));
        assertThatThrownBy(
                () ->
                    new EngineReadiness(connection, () -> {}, () -> "event of the Pod", deadline)
                        .await("/directory"))
            .isInstanceOf(RemoteCommandException.class)
            .hasMessageContaining("pods/portforward");
      }
    }
  }
}
