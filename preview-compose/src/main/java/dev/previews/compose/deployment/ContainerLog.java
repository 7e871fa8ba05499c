package dev.previews.compose.deployment;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Frame;
import dev.previews.engine.Engine;
import dev.previews.environment.LogLine;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads one container's log into a queue of bounded length; guarded by the lock of the log that it
 * is part of.
 */
final class ContainerLog {
  private static final int QUEUE = 256;
  private static final long RESTART_PAUSE_MILLIS = 300;

  private final Engine engine;
  private final ServiceContainer container;
  private final boolean follow;
  private final Object lock;
  private final Deque<LogLine> lines = new ArrayDeque<>();
  private final LogPosition position = new LogPosition();
  private boolean ended;
  private boolean closed;
  private @Nullable RuntimeException failure;
  private @Nullable Part part;

  ContainerLog(Engine engine, ServiceContainer container, boolean follow, Object lock) {
    this.engine = engine;
    this.container = container;
    this.follow = follow;
    this.lock = lock;
  }

  void start() {
    Thread reader = new Thread(this::readAll, "preview-log " + container.name());
    reader.setDaemon(true);
    reader.start();
  }

  /** The log ends when the container stops: a followed one goes on when it has started again. */
  private void readAll() {
    try {
      do {
        readPart();
      } while (follow && comesBack());
    } catch (RuntimeException e) {
      synchronized (lock) {
        failure = e;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (lock) {
        ended = true;
        lock.notifyAll();
      }
    }
  }

  private void readPart() throws InterruptedException {
    Part reading = new Part();
    int since;
    synchronized (lock) {
      if (closed) {
        return;
      }
      part = reading;
      since = position.since();
      position.again();
    }
    var command =
        engine
            .client()
            .logContainerCmd(container.id())
            .withStdOut(true)
            .withStdErr(true)
            .withTimestamps(true)
            .withFollowStream(follow);
    if (since > 0) {
      command.withSince(since);
    }
    command.exec(reading);
    try {
      reading.awaitCompletion();
    } catch (NotFoundException containerIsGone) {
      // Its log ends here.
    }
    reading.frames.end();
  }

  private boolean comesBack() throws InterruptedException {
    while (true) {
      synchronized (lock) {
        if (closed) {
          return false;
        }
      }
      Thread.sleep(RESTART_PAUSE_MILLIS);
      try {
        var state =
            engine
                .client(Deadline.in(ProjectContainers.ANSWER))
                .inspectContainerCmd(container.id())
                .exec()
                .getState();
        if (Boolean.TRUE.equals(state.getRunning())) {
          return true;
        }
      } catch (NotFoundException gone) {
        return false;
      }
    }
  }

  private void offer(LogLine line) {
    synchronized (lock) {
      if (!position.isNew(line.time())) {
        return;
      }
      while (lines.size() >= QUEUE && !closed) {
        try {
          lock.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
      if (!closed) {
        lines.add(line);
        lock.notifyAll();
      }
    }
  }

  /** The next line, if there is one now. Called with the lock held. */
  @Nullable LogLine peek() {
    return lines.peek();
  }

  /** Called with the lock held. */
  LogLine take() {
    lock.notifyAll();
    return lines.remove();
  }

  /** Whether nothing more will come. Called with the lock held. */
  boolean over() {
    if (failure != null && lines.isEmpty()) {
      throw failure;
    }
    return ended && lines.isEmpty();
  }

  void close() {
    Part reading;
    synchronized (lock) {
      closed = true;
      lines.clear();
      lock.notifyAll();
      reading = part;
    }
    if (reading != null) {
      try {
        reading.close();
      } catch (IOException e) {
        // It is closed whatever it says.
      }
    }
  }

  /** What is read until the container stops. */
  private final class Part extends ResultCallback.Adapter<Frame> {
    private final LogFrames frames = new LogFrames(container.name(), ContainerLog.this::offer);

    @Override
    public void onNext(Frame frame) {
      frames.add(frame);
    }
  }
}
