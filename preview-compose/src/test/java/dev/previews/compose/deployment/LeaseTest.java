package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A lease whose command says no more than its test wants. */
@Timeout(30)
class LeaseTest {
  private static final String KEY = ContentKey.random();

  private final Machine machine =
      Machine.of(
              new Environment(
                  EnvironmentId.of("leased"),
                  "test",
                  "tester",
                  Instant.EPOCH,
                  Environment.State.RUNNING,
                  ""))
          .directory("/nowhere")
          .build();
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  @Test
  void isTakenBeforeWhatWasNotedHasCome() {
    Lease lease = take(KEY + "\nhalf of it");
    lease.requireHeld();
    assertThat(lease.contentKey().sign("a")).isEqualTo(ContentKey.of(KEY).sign("a"));
    Context brief = Context.within(Duration.ofMillis(100));
    assertThatThrownBy(() -> lease.notedImages(brief))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("what was noted of the images of environment leased");
    lease.release();
  }

  @Test
  void isLostWhenItsCommandEndsBeforeWhatWasNotedHasCome() {
    Lease lease = take(KEY + "\nhalf of it\n");
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(() -> exit.complete(137));
    assertThatThrownBy(() -> lease.notedImages(Context.within(Duration.ofMinutes(1))))
        .isInstanceOf(ConnectionException.class)
        .hasMessageContaining("was lost before the work was done")
        .hasMessageContaining("it ended with 137");
  }

  private Lease take(String said) {
    return Lease.take(machine, new Says(said), Context.within(Duration.ofSeconds(20)));
  }

  private final class Says implements Connection {
    private final String said;

    Says(String said) {
      this.said = said;
    }

    @Override
    public Execution exec(Command command) {
      try {
        command.stdout().write(said.getBytes(US_ASCII));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new Execution() {
        @Override
        public int await() {
          return exit.join();
        }

        @Override
        public void cancel() {
          exit.complete(143);
        }

        @Override
        public void close() {
          cancel();
        }
      };
    }

    @Override
    public DuplexStream dial(Endpoint endpoint) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
