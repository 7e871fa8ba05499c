package dev.previews.spi;

import dev.previews.error.PreviewInterruptedException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Programs start in a container a few at a time. The containerd shim starts them one after the
 * other anyway, and where more than some thirty wait for that, the ends of other programs fill a
 * queue of its (32 in containerd 1.6), from when on each start takes it a second and more.
 * Thread-safe.
 */
public final class StartTurns {
  /** A start that takes longer does not hold up the others any more. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int atOnce;
  private final Map<String, Semaphore> containers = new ConcurrentHashMap<>();

  /**
   * Turns for any number of containers.
   *
   * @param atOnce how many programs may start in one container at the same time; positive
   */
  public StartTurns(int atOnce) {
    this.atOnce = atOnce;
  }

  /**
   * Waits for a turn, and starts a program; the turn ends when {@code start} returns or throws.
   * After 30 seconds it starts without one, so that starts that hang do not hold up the others.
   *
   * @param container where it starts; any name that is always the same for it
   * @throws PreviewInterruptedException when the thread is interrupted before it starts
   */
  public <T> T take(String container, Supplier<T> start) {
    Semaphore free = containers.computeIfAbsent(container, id -> new Semaphore(atOnce, true));
    boolean taken;
    try {
      taken = free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted before a program could be started", e);
    }
    try {
      return start.get();
    } finally {
      if (taken) {
        free.release();
      }
    }
  }
}
