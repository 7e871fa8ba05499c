package dev.previews.compose.images;

import dev.previews.engine.ProgramStream;
import dev.previews.environment.Environment;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.machines.TestImages;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import dev.previews.spi.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** A machine with an engine of its own, in a container that is reached through the Docker CLI. */
final class EngineContainer implements Connection {
  private final String container;

  private EngineContainer(String container) {
    this.container = container;
  }

  static EngineContainer start() throws Exception {
    String container =
        Docker.run(
            "run",
            "--detach",
            "--privileged",
            "--volume",
            "/var/lib/docker",
            "--label",
            "dev.previews.test=images",
            TestImages.dockerMachine(),
            "dockerd",
            "--host=unix:///var/run/docker.sock");
    Awaitility.await("the engine in container " + container)
        .atMost(Duration.ofMinutes(2))
        .until(() -> Docker.call("exec", container, "docker", "version").exitCode() == 0);
    return new EngineContainer(container);
  }

  /** The machine, with an empty directory. */
  Machine machine(String id) throws Exception {
    String directory = "/var/lib/previews-test/" + id;
    Docker.run("exec", container, "mkdir", "-p", directory);
    return Machine.of(
            new Environment(
                EnvironmentId.of(id),
                "docker",
                "tester",
                Instant.EPOCH,
                Environment.State.RUNNING,
                ""))
        .directory(directory)
        .build();
  }

  /** Runs the Docker CLI on the machine. */
  String docker(List<String> arguments) throws Exception {
    List<String> argv = new ArrayList<>(List.of("exec", container, "docker"));
    argv.addAll(arguments);
    return Docker.run(argv.toArray(new String[0]));
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    try {
      return ProgramStream.start(
          List.of("docker", "exec", "-i", container, "docker", "system", "dial-stdio"),
          System.getenv());
    } catch (IOException e) {
      throw new ConnectionException("cannot dial", e);
    }
  }

  @Override
  public Execution exec(Command command) {
    List<String> argv = new ArrayList<>(List.of("docker", "exec", "-i", container));
    argv.addAll(command.argv());
    try {
      return new Running(new ProcessBuilder(argv).start(), command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      Docker.run("rm", "--force", "--volumes", container);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private record Running(Process process, Command command) implements Execution {
    @Override
    public int await() {
      StdinSource source = command.stdin().orElse(nothing -> {});
      CompletableFuture<Void> stderr =
          CompletableFuture.runAsync(
              () -> {
                try {
                  process.getErrorStream().transferTo(command.stderr());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      try {
        try (OutputStream stdin = process.getOutputStream()) {
          source.writeTo(stdin);
        }
        process.getInputStream().transferTo(command.stdout());
        stderr.join();
        return process.waitFor();
      } catch (IOException | InterruptedException e) {
        throw new ConnectionException("the command failed", e);
      }
    }

    @Override
    public void cancel() {
      process.destroy();
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
