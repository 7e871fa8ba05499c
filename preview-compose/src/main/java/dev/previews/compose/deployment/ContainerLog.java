package dev.previews.compose.deployment;

import dev.previews.engine.ContainerMessages;
import dev.previews.engine.Engine;
import dev.previews.environment.LogLine;
import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
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
  private @Nullable ContainerMessages reading;

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
      failed(e);
    } catch (IOException e) {
      failed(
          new ConnectionException(
              "the log of " + container.name() + " broke off: " + e.getMessage(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (lock) {
        ended = true;
        lock.notifyAll();
      }
    }
  }

  private void failed(RuntimeException reason) {
    synchronized (lock) {
      failure = closed ? null : reason;
    }
  }

  /** What there is until the container stops. */
  private void readPart() throws IOException {
    int since;
    synchronized (lock) {
      since = position.since();
      position.again();
    }
    try (ContainerMessages log = engine.log(container.id(), follow, since)) {
      synchronized (lock) {
        if (closed) {
          return;
        }
        reading = log;
      }
      LogLines to = new LogLines(container.name(), this::offer);
      for (byte[] next = log.next(); next.length > 0; next = log.next()) {
        if (log.isTerminal()) {
          to.terminal(next);
        } else {
          to.message(next, log.isError());
        }
      }
      to.end();
    } catch (NotFoundException containerIsGone) {
      // Its log ends here.
    }
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
      } catch (com.github.dockerjava.api.exception.NotFoundException gone) {
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
    ContainerMessages open;
    synchronized (lock) {
      closed = true;
      lines.clear();
      lock.notifyAll();
      open = reading;
    }
    if (open != null) {
      open.close();
    }
  }
}
