package dev.previews.compose;

import dev.previews.error.PreviewInterruptedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Does several pieces of work at once. When one fails, the others are interrupted and waited for,
 * so that nothing goes on behind the caller's back.
 */
final class Together {
  private static final Duration FAREWELL = Duration.ofSeconds(30);

  private Together() {}

  /**
   * Returns when all are done.
   *
   * @throws RuntimeException what the first one to fail threw; what the others threw before they
   *     could be interrupted is suppressed in it
   */
  static void run(String name, Runnable... works) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            works.length,
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
    ExecutorCompletionService<Object> finished = new ExecutorCompletionService<>(threads);
    List<Future<Object>> all =
        List.of(works).stream().map(work -> finished.submit(work, name)).toList();
    try {
      for (int i = 0; i < all.size(); i++) {
        finished.take().get();
      }
    } catch (ExecutionException e) {
      end(threads);
      throw failure(cause(e), all);
    } catch (InterruptedException e) {
      end(threads);
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted during " + name, e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    try {
      threads.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException failure(Throwable first, List<Future<Object>> all) {
    for (Future<Object> each : all) {
      if (each.isDone()) {
        try {
          each.get();
        } catch (ExecutionException e) {
          Throwable cause = cause(e);
          if (cause != first && !(cause instanceof PreviewInterruptedException)) {
            first.addSuppressed(cause);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    return first instanceof RuntimeException known ? known : new IllegalStateException(first);
  }

  private static Throwable cause(ExecutionException e) {
    Throwable cause = e.getCause();
    return cause == null ? e : cause;
  }
}
