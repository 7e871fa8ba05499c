package dev.previews.compose.deployment;

import dev.previews.engine.Engine;
import dev.previews.environment.LogLine;
import dev.previews.error.PreviewInterruptedException;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a service's containers as one stream, in the order of time; a followed one in that of
 * arrival.
 */
final class ServiceLog {
  private final Object lock = new Object();
  private final List<ContainerLog> logs;
  private final boolean follow;
  private boolean closed;

  ServiceLog(Engine engine, List<ServiceContainer> containers, boolean follow) {
    this.logs = containers.stream().map(it -> new ContainerLog(engine, it, follow, lock)).toList();
    this.follow = follow;
  }

  /** Starts to read; closing the stream, from any thread, ends it. */
  Stream<LogLine> open() {
    logs.forEach(ContainerLog::start);
    Spliterator<LogLine> lines =
        new Spliterators.AbstractSpliterator<>(
            Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
          @Override
          public boolean tryAdvance(Consumer<? super LogLine> action) {
            LogLine line = next();
            if (line != null) {
              action.accept(line);
            }
            return line != null;
          }
        };
    return StreamSupport.stream(lines, false).onClose(this::close);
  }

  private @Nullable LogLine next() {
    synchronized (lock) {
      while (!closed) {
        ContainerLog earliest = null;
        boolean waiting = false;
        boolean more = false;
        for (ContainerLog log : logs) {
          LogLine line = log.peek();
          if (line != null) {
            LogLine best = earliest == null ? null : earliest.peek();
            if (best == null || line.time().isBefore(best.time())) {
              earliest = log;
            }
          } else if (!log.over()) {
            waiting = !follow;
            more = true;
          }
        }
        if (earliest != null && !waiting) {
          return earliest.take();
        }
        if (earliest == null && !more) {
          return null;
        }
        try {
          lock.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new PreviewInterruptedException("interrupted while reading a log", e);
        }
      }
      return null;
    }
  }

  void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    logs.forEach(ContainerLog::close);
  }
}
