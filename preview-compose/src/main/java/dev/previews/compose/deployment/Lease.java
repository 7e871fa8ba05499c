package dev.previews.compose.deployment;

import dev.previews.error.ConnectionException;
import dev.previews.error.NotFoundException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The right to change an environment, which one process at a time has. It is held on the machine by
 * a command, {@link LeaseHolder}. Who has it is told the machine's {@link ContentKey} and what was
 * noted of its images at once, in a {@link Greeting}: another command would take its time.
 */
public final class Lease {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Machine machine;
  private final LeaseHolder holder;
  private final String key;

  private Lease(Machine machine, LeaseHolder holder, String key) {
    this.machine = machine;
    this.holder = holder;
    this.key = key;
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
    String ended = holder.end();
    if (ended != null) {
      throw lost(ended);
    }
  }

  /**
   * The key of the machine.
   *
   * @throws RemoteCommandException when the machine cannot keep one
   */
  public ContentKey contentKey() {
    if (ContentKey.isKey(key)) {
      return ContentKey.of(key);
    }
    String evidence = holder.evidence();
    String file = LeaseHolder.keyFile(machine);
    throw new RemoteCommandException(
        evidence.contains("No space left")
            ? "the disk with " + file + " is full"
            : "the machine cannot keep a key in " + file + "; is it writable, and is that a key?",
        evidence,
        null);
  }

  /**
   * What an earlier run noted of the machine's images when it had the lease; an empty text when
   * none did, or when the machine cannot keep a key.
   *
   * @throws dev.previews.error.DeadlineException when it does not come in time
   * @throws ConnectionException when the command that held the lease ended before it came
   */
  public String notedImages(Context context) {
    String what = "what was noted of the images of environment " + machine.id();
    Optional<Optional<String>> noted =
        within(context.deadline().remaining(), holder.greeting().noted(), what);
    return noted
        .orElseThrow(() -> context.deadline().expired(what, ""))
        .orElseThrow(() -> lost(Objects.requireNonNullElse(holder.end(), "")));
  }

  private ConnectionException lost(String ended) {
    return new ConnectionException(
        "the right to change environment "
            + machine.id()
            + " was lost before the work was done: its holder, a command on the machine, ended."
            + " Another process may be changing the environment; run 'up' again, or 'down'",
        ended,
        null);
  }

  /** Waits for its turn, as {@link #during}; the caller releases it. */
  static Lease take(Machine machine, Connection connection, Context context) {
    String what = "the other process that works on environment " + machine.id();
    LeaseHolder holder = LeaseHolder.start(machine, connection);
    Future<Optional<String>> greeted = holder.greeting().key();
    try {
      boolean atOnce = within(context.deadline().remaining(PATIENCE), greeted, what).isPresent();
      if (!atOnce) {
        context.notice("waiting for " + what);
      }
      Optional<String> key =
          within(context.deadline().remaining(), greeted, what)
              .orElseThrow(() -> context.deadline().expired(what, ""));
      if (key.isEmpty() && (!atOnce || holder.machineGone())) {
        throw new NotFoundException(
            "the " + machine + " went while this waited for its turn: " + holder.end());
      }
      if (key.isEmpty()) {
        throw new RemoteCommandException(
            "the "
                + machine
                + " does not lock: "
                + holder.end()
                + "; it needs sh, /proc and a directory "
                + machine.directory(),
            holder.evidence(),
            null);
      }
      return new Lease(machine, holder, key.get());
    } catch (RuntimeException | Error e) {
      holder.cancel();
      throw e;
    }
  }

  /** What comes within the time; empty when it does not. */
  private static <T> Optional<T> within(Duration limit, Future<T> answer, String what) {
    try {
      return Optional.of(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while waiting for " + what, e);
    }
  }

  void release() {
    holder.release();
  }
}
