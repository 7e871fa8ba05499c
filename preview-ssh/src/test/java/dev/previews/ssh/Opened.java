package dev.previews.ssh;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.exec.Command;
import dev.previews.exec.ExecResult;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.Machine;
import dev.previews.spi.MachineSpec;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/** A driver, an environment's machine and a connection to it, for one test. */
final class Opened implements AutoCloseable {
  final Driver driver;
  final Machine machine;
  final Connection connection;

  private Opened(Driver driver, Machine machine, Connection connection) {
    this.driver = driver;
    this.machine = machine;
    this.connection = connection;
  }

  static Opened on(DriverConfig config) {
    Driver driver = config.open(context());
    EnvironmentId id = EnvironmentId.of("t" + UUID.randomUUID().toString().substring(0, 8));
    Machine machine = driver.ensure(MachineSpec.of(id, "test"), context());
    return new Opened(driver, machine, driver.connect(machine, context()));
  }

  /** On a machine that is there; closing removes that, too. */
  static Opened on(Driver driver, Machine machine) {
    return new Opened(driver, machine, driver.connect(machine, context()));
  }

  static Context context() {
    return Context.within(Duration.ofMinutes(2));
  }

  ExecResult run(String... argv) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Command command = Command.of(java.util.List.of(argv)).stdout(stdout).stderr(stderr);
    try (Execution execution = connection.exec(command.timeout(Duration.ofMinutes(1)))) {
      int code = execution.await();
      return new ExecResult(
          code, stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    driver.delete(machine.id(), VolumePolicy.REMOVE, context());
    connection.close();
    driver.close();
  }
}
