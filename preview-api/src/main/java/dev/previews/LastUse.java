package dev.previews;

import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a machine that its environment is used: in the background, and not more often than the time
 * needs that it is kept.
 */
final class LastUse implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LastUse.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final int SHARE = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Machine machine;
  private final Connection connection;
  private volatile long pauseNanos;
  private volatile long toldNanos = System.nanoTime();
  private volatile @Nullable Thread telling;

  private LastUse(Machine machine, Connection connection, long pauseNanos) {
    this.machine = machine;
    this.connection = connection;
    this.pauseNanos = pauseNanos;
  }

  /** Of an environment whose time has just begun. */
  static LastUse from(Machine machine, Connection connection, Optional<Duration> ttl) {
    return new LastUse(machine, connection, pause(ttl));
  }

  /** Of one that was found: nobody knows for how long it is kept until it was told of a use. */
  static LastUse found(Machine machine, Connection connection) {
    return new LastUse(machine, connection, 0);
  }

  private static long pause(Optional<Duration> ttl) {
    return ttl.map(time -> time.dividedBy(SHARE))
        .filter(pause -> pause.compareTo(LONGEST_PAUSE) < 0)
        .orElse(LONGEST_PAUSE)
        .toNanos();
  }

  /** It is used at this moment. */
  void note() {
    if (isDue()) {
      tell();
    }
  }

  private boolean isDue() {
    return System.nanoTime() - toldNanos >= pauseNanos;
  }

  private synchronized void tell() {
    Thread before = telling;
    if (!isDue() || (before != null && before.isAlive())) {
      return;
    }
    toldNanos = System.nanoTime();
    Thread thread = new Thread(this::renew, "preview-last-use " + machine.id());
    thread.setDaemon(true);
    thread.start();
    telling = thread;
  }

  private void renew() {
    try {
      pauseNanos = pause(new Expiry(machine, connection, Context.within(PATIENCE)).renew());
    } catch (RuntimeException e) {
      // Closed meanwhile, or about to fail for the user, too.
      log.debug("the use of {} was not noted", machine.id(), e);
    }
  }

  /** Waits for what is being told, but not for long. */
  @Override
  public void close() {
    Thread thread = telling;
    try {
      if (thread != null) {
        thread.join(FAREWELL.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
