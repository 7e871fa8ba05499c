package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Driver;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Machine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What a {@link Driver} and its {@link Connection}s promise. Extend it once for each driver:
 *
 * <pre>{@code
 * class MyDriverIT extends DriverContract {
 *   protected Place place() { return new MyPlace(); }
 * }
 * }</pre>
 *
 * Its machine dies on the way. The machine's tools may be busybox's; it needs busybox's {@code nc},
 * or Perl.
 */
public abstract class DriverContract extends LiveMachineContract {
  /** Makes the contract's tests. */
  protected DriverContract() {}

  @Test
  void aMachineThatDiesEndsItsCommandsAndStreamsAndIsMendedByTheNextEnsure() throws Exception {
    EnvironmentId id = newId();
    int port = Flood.somePort();
    Machine mortal = driver.ensure(spec(id), Drivers.context());
    try (Connection doomed = driver.connect(mortal, Drivers.context());
        Execution execution = doomed.exec(Flood.command(port));
        DuplexStream stream = Flood.dial(doomed, port)) {
      CompletableFuture<Integer> end = CompletableFuture.supplyAsync(execution::await);
      CompletableFuture<Long> endOfStream = Drain.of(stream);
      place().kill(mortal);
      assertThatThrownBy(() -> end.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ConnectionException.class);
      // What was sent would never have ended; TCP cannot tell a dead sender from one that is done.
      assertThat(endOfStream.get(60, TimeUnit.SECONDS)).isNotNegative();
    }
    Machine mended = driver.ensure(spec(id), Drivers.context());
    try (Connection again = driver.connect(mended, Drivers.context());
        Execution execution = again.exec(Command.of("true"))) {
      assertThat(execution.await()).isZero();
    }
  }
}
