package dev.previews.engine;

import com.github.dockerjava.api.command.ExecCreateCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.error.ConnectionException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.RemoteProcess;
import dev.previews.spi.StartTurns;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Runs commands in the containers of an engine, as the containers' own users. Thread-safe. */
public final class EngineExec {
  private static final int STARTS_AT_ONCE = 4;

  private final Engine engine;
  private final StartTurns turns = new StartTurns(STARTS_AT_ONCE);

  /** Ids of containers that turned out to have no shell. */
  private final Set<String> shellless = ConcurrentHashMap.newKeySet();

  EngineExec(Engine engine) {
    this.engine = engine;
  }

  /**
   * Starts a command in a running container. Returns when it runs. In a container without {@code
   * sh} a command runs as well, but cancelling it only closes its streams.
   *
   * @param container a name or an id
   * @throws ConnectionException when the container does not run
   * @throws RemoteCommandException when the engine cannot start it
   */
  public Execution exec(String container, Command command) {
    Target target = target(container);
    return turns.take(target.id(), () -> start(target, command));
  }

  private Execution start(Target target, Command command) {
    if (!shellless.contains(target.id())) {
      ExecRun run = start(target, command, RemoteProcess.announced(command.argv()), true);
      if (run.awaitStart()) {
        return run;
      }
      shellless.add(target.id());
    }
    ExecRun bare = start(target, command, command.argv(), false);
    bare.awaitStart();
    return bare;
  }

  /**
   * Starts a program in a running container whose input and output are a stream. Returns when it
   * runs. The container needs {@code sh}. What the program writes to its standard error becomes the
   * reason when it fails; then reading fails at the end.
   *
   * @param container a name or an id
   * @throws ConnectionException when the container does not run, or the program is not started
   *     within a minute
   */
  public DuplexStream dial(String container, List<String> argv) {
    Target target = target(container);
    return turns.take(target.id(), () -> stream(target, argv));
  }

  private DuplexStream stream(Target target, List<String> argv) {
    Command program = Command.of(argv).stdin(output -> {});
    ExecStream stream = new ExecStream(attach(target, program, ExecStream.announced(argv)));
    stream.awaitStart(engine.alarms());
    return stream;
  }

  private ExecRun start(Target target, Command command, List<String> argv, boolean announced) {
    return new ExecRun(this, attach(target, command, argv), command, announced);
  }

  private AttachedExec attach(Target target, Command command, List<String> argv) {
    ExecCreateCmd create =
        engine
            .client()
            .execCreateCmd(target.id())
            .withAttachStdin(command.stdin().isPresent())
            .withAttachStdout(true)
            .withAttachStderr(true)
            .withTty(false)
            .withEnv(
                command.environment().entrySet().stream()
                    .map(variable -> variable.getKey() + "=" + variable.getValue())
                    .toList())
            .withCmd(argv.toArray(String[]::new));
    command.directory().ifPresent(create::withWorkingDir);
    try {
      String id = create.exec().getId();
      return new AttachedExec(
          engine,
          target,
          id,
          engine.hijack("/exec/" + id + "/start", Map.of("Detach", false, "Tty", false)));
    } catch (NotFoundException | ConflictException e) {
      throw new ConnectionException("the container " + target.name() + " does not run", e);
    }
  }

  private Target target(String container) {
    try {
      InspectContainerResponse found = engine.client().inspectContainerCmd(container).exec();
      if (!Boolean.TRUE.equals(found.getState().getRunning())) {
        throw new ConnectionException(
            "the container " + container + " does not run: it is " + found.getState().getStatus());
      }
      return new Target(found.getId(), container, String.valueOf(found.getState().getStartedAt()));
    } catch (NotFoundException e) {
      throw new ConnectionException("the container " + container + " is gone", e);
    }
  }

  /** Ends a process and returns when it is gone. */
  void kill(Target target, RemoteProcess process) {
    try (AttachedExec kill = attach(target, Command.of(process.kill()), process.kill())) {
      kill.drain();
    }
  }

  Engine engine() {
    return engine;
  }

  /**
   * A container as it was when a command started in it.
   *
   * @param startedAt tells a restarted container from the same one
   */
  record Target(String id, String name, String startedAt) {}
}
