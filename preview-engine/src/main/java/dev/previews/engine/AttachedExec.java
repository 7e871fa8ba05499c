package dev.previews.engine;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectExecResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Deadline;
import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A program that was started in a container, its stream, and what became of it. */
final class AttachedExec implements AutoCloseable {
  /** What SIGKILL looks like; so does the death of the whole container. */
  private static final int KILLED = 137;

  /** How long a program may run on after it closed its outputs. */
  private static final Duration AFTER_END = Duration.ofSeconds(10);

  /** How long an engine may take to notice that a container died. */
  private static final Duration NOTICE = Duration.ofMillis(500);

  private final Engine engine;
  private final EngineExec.Target target;
  private final String id;
  private final DuplexStream stream;
  private final FrameReader frames;

  AttachedExec(Engine engine, EngineExec.Target target, String id, DuplexStream stream) {
    this.engine = engine;
    this.target = target;
    this.id = id;
    this.stream = stream;
    this.frames = new FrameReader(stream.input());
  }

  EngineExec.Target target() {
    return target;
  }

  DuplexStream stream() {
    return stream;
  }

  FrameReader frames() {
    return frames;
  }

  void drain() {
    try {
      while (frames.next()) {
        // Nobody wants it.
      }
    } catch (IOException e) {
      throw new ConnectionException("the connection to the Docker engine was lost", e);
    }
  }

  /**
   * The exit code, after the stream ended.
   *
   * @throws ConnectionException when there is none, or the container died
   */
  int exitCode() {
    Deadline deadline = Deadline.in(AFTER_END);
    long pause = 5;
    while (true) {
      InspectExecResponse state = inspect();
      Long code = state.getExitCodeLong();
      if (!Boolean.TRUE.equals(state.isRunning()) && code != null) {
        if (code == KILLED) {
          requireSameContainer();
        }
        return Math.toIntExact(code);
      }
      requireRunning();
      if (deadline.passed()) {
        throw new ConnectionException(
            "a command in the container "
                + target.name()
                + " closed its output, or the connection to the engine was lost;"
                + " it still runs and has no exit code");
      }
      deadline.pause(Duration.ofMillis(pause), "the exit code of a command", () -> "it runs");
      pause = Math.min(2 * pause, 250);
    }
  }

  private InspectExecResponse inspect() {
    try {
      return engine.client().inspectExecCmd(id).exec();
    } catch (NotFoundException | ConflictException e) {
      throw died(e);
    }
  }

  private void requireSameContainer() {
    Deadline notice = Deadline.in(NOTICE);
    requireRunning();
    while (!notice.passed()) {
      notice.pause(Duration.ofMillis(50), "the state of a container", () -> "it runs");
      requireRunning();
    }
  }

  private void requireRunning() {
    try {
      InspectContainerResponse now = engine.client().inspectContainerCmd(target.id()).exec();
      if (!Boolean.TRUE.equals(now.getState().getRunning())
          || !target.startedAt().equals(now.getState().getStartedAt())) {
        throw died(null);
      }
    } catch (NotFoundException e) {
      throw died(e);
    }
  }

  private ConnectionException died(@Nullable Throwable cause) {
    return new ConnectionException(
        "the container " + target.name() + " ended under a command", cause);
  }

  @Override
  public void close() {
    stream.close();
  }
}
