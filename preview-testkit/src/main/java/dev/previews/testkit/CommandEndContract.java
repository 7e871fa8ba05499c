package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How a command ends that is not left to itself, and what one that is stuck does to others. */
abstract class CommandEndContract extends CommandContract {
  /** Of this run alone: somebody else may test on the machine at the same time. */
  private final int seconds = ThreadLocalRandom.current().nextInt(100_000, 1_000_000);

  @Test
  void atItsTimeLimitACommandIsEnded() throws Exception {
    long start = System.nanoTime();
    try (Execution execution =
        connection.exec(Command.of("sleep", seconds + "4").timeout(Duration.ofSeconds(1)))) {
      assertThatThrownBy(execution::await)
          .isInstanceOf(DeadlineException.class)
          .hasMessageContaining("sleep");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    eventuallyGone("sleep " + seconds + "4");
  }

  @Test
  void aCancelledCommandIsGoneWithItsChildren() throws Exception {
    try (Execution execution =
        connection.exec(
            Command.of("sh", "-c", "sleep " + seconds + "5 & sleep " + seconds + "6"))) {
      assertThat(processes("sleep " + seconds + "[56]", 2)).isEqualTo(2);
      execution.cancel();
      assertThatThrownBy(execution::await).isInstanceOf(ConnectionException.class);
    }
    eventuallyGone("sleep " + seconds + "[56]");
  }

  @Test
  void aCancelledCopyEndsOnBothSides() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Execution execution =
        connection.exec(
            Command.of("sh", "-c", "cat >/dev/null; sleep " + seconds + "7")
                .stdin(
                    to -> {
                      byte[] block = new byte[1 << 16];
                      while (true) {
                        to.write(block);
                        begun.countDown();
                      }
                    }));
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    execution.cancel();
    assertThatThrownBy(execution::await).isInstanceOf(PreviewException.class);
    execution.close();
    execution.close();
    eventuallyGone("sleep " + seconds + "7");
  }

  /**
   * Errors, too: a library of another version than the one that was compiled with, for instance.
   */
  @Test
  void whatTheSourceOfTheInputThrowsIsTheCause() {
    for (Throwable thrown : List.of(new IOException("the disk broke"), new LinkageError("old"))) {
      StdinSource source =
          to -> {
            to.write(1);
            broken(thrown);
          };
      try (Execution execution = connection.exec(Command.of("cat").stdin(source))) {
        assertThatThrownBy(execution::await)
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("cannot be read")
            .hasRootCause(thrown);
      }
    }
  }

  @Test
  void whatTheSinkOfTheOutputThrowsIsTheCause() {
    for (Throwable thrown : List.of(new IOException("the disk is full"), new LinkageError("old"))) {
      OutputStream sink =
          new OutputStream() {
            @Override
            public void write(int value) throws IOException {
              broken(thrown);
            }
          };
      try (Execution execution = connection.exec(Command.of("echo", "lost").stdout(sink))) {
        assertThatThrownBy(execution::await)
            .isInstanceOf(PreviewException.class)
            .hasMessageContaining("cannot be taken")
            .hasRootCause(thrown);
      }
    }
  }

  private static void broken(Throwable thrown) throws IOException {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (IOException) thrown;
  }

  @Test
  void aCommandMayEndBeforeItsInput() throws Exception {
    assertThat(await(Command.of("true").stdin(to -> RandomBytes.write(10 << 20, to)))).isZero();
  }

  @Test
  void aSinkThatBlocksHoldsUpNoOtherCommandAndNoMemory() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    AtomicLong taken = new AtomicLong();
    OutputStream blocking =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            taken.addAndGet(length);
            try {
              released.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    long before = UsedMemory.now();
    try (Execution blocked = connection.exec(Command.of("cat", "/dev/zero").stdout(blocking))) {
      Thread.sleep(1500);
      assertThat(run("echo", "free").stdout()).isEqualTo("free\n");
      UsedMemory.isBoundedSince(before);
      assertThat(taken.get()).isLessThan(8 << 20);
      blocked.cancel();
      released.countDown();
    }
  }

  /**
   * How many processes of the machine have a command line that matches; waits a while for so many.
   */
  private int processes(String pattern, int expected) throws InterruptedException {
    int found = -1;
    for (int i = 0; i < 50 && found != expected; i++) {
      Thread.sleep(100);
      String script =
          "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null; echo; done | grep -c"
              + " \"^$1 \" || true";
      found = Integer.parseInt(run("sh", "-c", script, "sh", pattern).stdout().strip());
    }
    return found;
  }

  private void eventuallyGone(String pattern) throws InterruptedException {
    assertThat(processes(pattern, 0)).as("processes '%s'", pattern).isZero();
  }
}
