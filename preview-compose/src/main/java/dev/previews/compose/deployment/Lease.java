package dev.previews.compose.deployment;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The right to change an environment, which one process at a time has. It is held on the machine by
 * a command that ends when its input does, so also when this process dies. Machines have no {@code
 * flock} that could be relied on (Debian's busybox lacks it).
 */
public final class Lease {
  /**
   * The lease belongs to the live process that the link with the highest number names. Whoever
   * finds that process dead makes the next link; only one can. A late one, whose number was cleared
   * away meanwhile, sees a higher one and steps back.
   */
  private static final String HOLD =
      """
      born() {
        { read -r l <"/proc/$1/stat"; } 2>/dev/null || return
        set -- ${l##*) }
        if [ "$1" != Z ] && [ "$1" != X ]; then echo "${20}"; fi
      }
      highest() {
        h=0
        for f in "$d"/*; do
          i=${f##*/}
          case $i in *[!0-9]*) ;; *) if [ "$i" -gt "$h" ]; then h=$i; fi ;; esac
        done
        echo "$h"
      }
      d=$1
      if [ ! -d "${d%/*}" ]; then exit 3; fi
      mkdir -p "$d" || exit 1
      me=$$:$(born $$)
      while :; do
        if [ ! -d "$d" ]; then exit 3; fi
        n=$(highest)
        owner=$(readlink "$d/$n")
        if [ -n "$owner" ] && [ "$(born "${owner%%:*}")" = "${owner#*:}" ]; then
          sleep 0.2 2>/dev/null || sleep 1
          continue
        fi
        mine=$((n + 1))
        if ! ln -s "$me" "$d/$mine" 2>/dev/null; then
          if [ ! -w "$d" ]; then echo "$d cannot be written" >&2; exit 1; fi
          continue
        fi
        if [ "$(highest)" = "$mine" ]; then break; fi
        rm -f "$d/$mine"
      done
      for f in "$d"/*; do
        if [ "${f##*/}" != "$mine" ]; then rm -f "$f"; fi
      done
      echo held
      exec cat
      """;

  /** What it exits with when its machine is removed. */
  private static final int GONE = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Machine machine;
  private final Execution holder;
  private final CountDownLatch released;
  private final AtomicReference<@Nullable String> end;
  private final Thread watcher;

  private Lease(
      Machine machine,
      Execution holder,
      CountDownLatch released,
      AtomicReference<@Nullable String> end,
      Thread watcher) {
    this.machine = machine;
    this.holder = holder;
    this.released = released;
    this.end = end;
    this.watcher = watcher;
  }

  /**
   * Waits for its turn, until the context's deadline, and does the work while it has the lease.
   *
   * @param work is given the lease, to ask between its steps whether it still has it
   * @throws dev.previews.error.DeadlineException when another process does not finish before
   * @throws ConnectionException when the lease was lost before the work was done
   * @throws NotFoundException when the other process has removed the machine
   */
  public static <T> T during(
      Machine machine, Connection connection, Context context, Function<Lease, T> work) {
    Lease lease = take(machine, connection, context);
    try {
      T result = work.apply(lease);
      lease.requireHeld();
      return result;
    } finally {
      lease.release();
    }
  }

  /**
   * Returns when nobody else may change the environment.
   *
   * @throws ConnectionException when the command that held the lease has ended
   */
  public void requireHeld() {
    String ended = end.get();
    if (ended != null) {
      throw new ConnectionException(lost(), ended, null);
    }
  }

  private String lost() {
    return "the right to change environment "
        + machine.id()
        + " was lost before the work was done: its holder, a command on the machine, ended. Another"
        + " process may be changing the environment; run 'up' again, or 'down'";
  }

  /** Waits for its turn, as {@link #during}; the caller releases it. */
  static Lease take(Machine machine, Connection connection, Context context) {
    CountDownLatch released = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    AtomicReference<@Nullable Boolean> locked = new AtomicReference<>();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Execution holder =
        connection.exec(
            Command.of("sh", "-c", HOLD, "lease", machine.directory() + "/.lease")
                .stdin(stdin -> hold(released))
                .stdout(
                    new OutputStream() {
                      @Override
                      public void write(int ignored) {
                        locked.set(true);
                        answered.countDown();
                      }
                    })
                .stderr(stderr));
    AtomicReference<@Nullable String> end = new AtomicReference<>();
    AtomicBoolean gone = new AtomicBoolean();
    Thread watcher =
        new Thread(
            () -> {
              try {
                int exitCode = holder.await();
                gone.set(exitCode == GONE);
                end.set("it ended with " + exitCode);
              } catch (PreviewException e) {
                end.set(String.valueOf(e.getMessage()));
              }
              answered.countDown();
            },
            "preview-lease");
    watcher.setDaemon(true);
    watcher.start();
    Lease lease = new Lease(machine, holder, released, end, watcher);
    try {
      boolean waited = await(answered, machine, context);
      if (locked.get() == null && (waited || gone.get())) {
        throw new NotFoundException(
            "the " + machine + " went while this waited for its turn: " + end.get());
      }
      if (locked.get() == null) {
        throw new RemoteCommandException(
            "the "
                + machine
                + " does not lock: "
                + end.get()
                + "; it needs sh, /proc and a directory "
                + machine.directory(),
            stderr.toString(StandardCharsets.UTF_8),
            null);
      }
      return lease;
    } catch (RuntimeException | Error e) {
      holder.cancel();
      lease.release();
      throw e;
    }
  }

  private static void hold(CountDownLatch released) {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether it had to wait for somebody. */
  private static boolean await(CountDownLatch answered, Machine machine, Context context) {
    String what = "the other process that works on environment " + machine.id();
    try {
      if (answered.await(
          context.deadline().remaining(PATIENCE).toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
      context.notice("waiting for " + what);
      if (!answered.await(context.deadline().remaining().toMillis(), TimeUnit.MILLISECONDS)) {
        throw context.deadline().expired(what, "");
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while waiting for " + what, e);
    }
  }

  void release() {
    released.countDown();
    try {
      watcher.join(FAREWELL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    holder.close();
  }
}
