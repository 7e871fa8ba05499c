package dev.previews.testkit;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Driver;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The machine that the tests of a driver's contract have in common, and what else they make with
 * the driver.
 *
 * <p>The contract's parts extend one another, each a subject, up to {@link LiveMachineContract}: so
 * a driver has one class to extend and one machine is made for all of them. As interfaces their
 * tests would be public, and a driver could override what it does not pass.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CommonMachine {
  static final String OWNER = "contract";

  private final List<EnvironmentId> made = new ArrayList<>();
  Driver driver;
  Machine machine;
  Connection connection;

  @SuppressWarnings("NullAway.Init") // JUnit calls connect() first
  CommonMachine() {}

  /** Where the contract is tested. */
  protected abstract Place place();

  @BeforeAll
  void connect() throws Exception {
    place().require();
    driver = Drivers.open(place().driver());
    machine = driver.ensure(spec(newId()), Drivers.context());
    connection = driver.connect(machine, Drivers.context());
  }

  @AfterAll
  void removeMachines() {
    if (driver != null) {
      made.forEach(id -> driver.delete(id, VolumePolicy.REMOVE, Drivers.context()));
      driver.close();
    }
  }

  EnvironmentId newId() {
    EnvironmentId id = EnvironmentId.of("t" + UUID.randomUUID().toString().substring(0, 8));
    made.add(id);
    return id;
  }

  static MachineSpec spec(EnvironmentId id) {
    return MachineSpec.of(id, OWNER);
  }

  int await(Command command) {
    try (Execution execution = connection.exec(command.timeout(Duration.ofMinutes(3)))) {
      return execution.await();
    }
  }

  ExecResult run(String program, String... arguments) {
    List<String> argv = new ArrayList<>(List.of(program));
    argv.addAll(List.of(arguments));
    return run(argv.toArray(String[]::new));
  }

  ExecResult run(String[] argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    int exitCode = await(Command.of(List.of(argv)).stdout(stdout).stderr(stderr));
    return new ExecResult(
        exitCode, stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8));
  }
}
