package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.error.ConnectionException;
import dev.previews.error.OwnershipException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Driver;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How machines come to be, are found again and go. */
abstract class MachineContract extends EndpointContract {
  @Test
  void theDirectoryIsThereAndTheMachinesOwn() {
    String file = machine.directory() + "/a file";
    assertThat(machine.directory()).startsWith("/");
    assertThat(run("sh", "-c", "echo here >\"$1\" && cat \"$1\" && rm \"$1\"", "sh", file).stdout())
        .isEqualTo("here\n");
  }

  @Test
  void ensuringAgainGivesTheSameMachine() {
    Machine again = driver.ensure(spec(machine.id()), Drivers.context());
    assertThat(again.directory()).isEqualTo(machine.directory());
    assertThat(again.environment()).isEqualTo(machine.environment());
    assertThat(run("echo", "still connected").exitCode()).isZero();
  }

  @Test
  void findAndListTellWhatIsThere() {
    Environment environment =
        driver.find(machine.id(), Drivers.context()).orElseThrow().environment();
    assertThat(environment.owner()).isEqualTo(OWNER);
    assertThat(environment.state()).isEqualTo(Environment.State.RUNNING);
    assertThat(Duration.between(environment.created(), java.time.Instant.now()).abs())
        .isLessThan(Duration.ofHours(1));
    assertThat(driver.list(Drivers.context()))
        .extracting(Machine::environment)
        .contains(environment);
    assertThat(driver.find(newId(), Drivers.context())).isEmpty();
  }

  @Test
  void anotherOwnerIsRefused() {
    assertThatThrownBy(
            () -> driver.ensure(MachineSpec.of(machine.id(), "somebody else"), Drivers.context()))
        .isInstanceOf(OwnershipException.class)
        .hasMessageContaining(OWNER)
        .hasMessageContaining("somebody else");
  }

  @Test
  void twoJvmsEnsureOneMachine() throws Exception {
    EnvironmentId id = newId();
    Process other = SecondJvm.start(EnsureInSecondJvm.class, place().driver(), id.value(), OWNER);
    assertThat(other.getInputStream().read()).as("the other one is ready").isEqualTo('>');
    other.getOutputStream().write('\n');
    other.getOutputStream().flush();
    Machine ours = driver.ensure(spec(id), Drivers.context());
    String theirs =
        new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(SecondJvm.await(other)).isZero();
    assertThat(theirs).isEqualTo(ours.directory());
    assertThat(driver.list(Drivers.context())).filteredOn(it -> it.id().equals(id)).hasSize(1);
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
    assertThat(place().leftovers(id.value())).isEmpty();
  }

  @Test
  void deletingLeavesNothingAndIsHarmlessAgain() throws Exception {
    EnvironmentId id = newId();
    driver.ensure(spec(id), Drivers.context());
    assertThat(place().leftovers(id.value())).isNotEmpty();
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
    assertThat(place().leftovers(id.value())).isEmpty();
    assertThat(driver.find(id, Drivers.context())).isEmpty();
    driver.delete(id, VolumePolicy.REMOVE, Drivers.context());
  }

  @Test
  void useAfterCloseSaysSo() throws Exception {
    Connection closed = driver.connect(machine, Drivers.context());
    Execution open = closed.exec(Command.of("sleep", "600"));
    CompletableFuture<Long> reader = Drain.of(closed.dial(Endpoint.engine()));
    closed.close();
    closed.close();
    assertThatThrownBy(open::await).isInstanceOf(ConnectionException.class);
    assertThat(reader.get(60, TimeUnit.SECONDS)).isZero();
    assertThatThrownBy(() -> closed.exec(Command.of("true")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> closed.dial(Endpoint.engine()))
        .isInstanceOf(IllegalStateException.class);
    Driver other = Drivers.open(place().driver());
    other.close();
    other.close();
    assertThatThrownBy(() -> other.list(Drivers.context()))
        .isInstanceOf(IllegalStateException.class);
  }
}
