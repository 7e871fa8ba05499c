package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.previews.compose.images.ImageStateFile;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The right to change an environment, which one process at a time has. It is held on the machine by
 * a command that ends when its input does, so also when this process dies. Machines have no {@code
 * flock} that could be relied on (Debian's busybox lacks it). Who has it is told the machine's
 * {@link ContentKey} and what was noted of its images at once, in a {@link Greeting}: another
 * command would take its time.
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
      k=$2
      s=$3
      read -r fresh || exit 1
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
      if [ ! -s "$k" ]; then
        (umask 077 && echo "$fresh" >"$k.new") && mv "$k.new" "$k"
      fi
      known= more=
      if ! { IFS= read -r known && ! IFS= read -r more && [ -z "$more" ]; } <"$k"; then known=; fi
      case $known in *[!0-9a-f]*) known= ;; esac
      if [ "${#known}" != "${#fresh}" ]; then echo; exec cat; fi
      echo "$known"
      if [ -f "$s" ] && [ -r "$s" ]; then exec cat "$s" "$k" -; fi
      exec cat "$k" -
      """;

  /** What it exits with when its machine is removed. */
  private static final int GONE = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Machine machine;
  private final String key;
  private final Greeting greeting;
  private final ByteArrayOutputStream stderr;
  private final Execution holder;
  private final CountDownLatch released;
  private final AtomicReference<@Nullable String> end;
  private final Thread watcher;

  private Lease(
      Machine machine,
      String key,
      Greeting greeting,
      ByteArrayOutputStream stderr,
      Execution holder,
      CountDownLatch released,
      AtomicReference<@Nullable String> end,
      Thread watcher) {
    this.machine = machine;
    this.key = key;
    this.greeting = greeting;
    this.stderr = stderr;
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
    String evidence = stderr.toString(StandardCharsets.UTF_8);
    String file = keyFile(machine);
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
        within(context.deadline().remaining(), greeting.noted(), what);
    return noted
        .orElseThrow(() -> context.deadline().expired(what, ""))
        .orElseThrow(() -> lost(Objects.requireNonNullElse(end.get(), "")));
  }

  private static String keyFile(Machine machine) {
    return machine.directory() + "/.content-key";
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
    CountDownLatch released = new CountDownLatch(1);
    Greeting greeting = new Greeting();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Execution holder =
        connection.exec(
            Command.of(
                    "sh",
                    "-c",
                    HOLD,
                    "lease",
                    machine.directory() + "/.lease",
                    keyFile(machine),
                    ImageStateFile.path(machine))
                .stdin(
                    stdin -> {
                      stdin.write((ContentKey.random() + "\n").getBytes(US_ASCII));
                      stdin.flush();
                      hold(released);
                    })
                .stdout(greeting)
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
              greeting.ended();
            },
            "preview-lease");
    watcher.setDaemon(true);
    watcher.start();
    try {
      boolean atOnce =
          within(context.deadline().remaining(PATIENCE), greeting.key(), what).isPresent();
      if (!atOnce) {
        context.notice("waiting for " + what);
      }
      Optional<String> key =
          within(context.deadline().remaining(), greeting.key(), what)
              .orElseThrow(() -> context.deadline().expired(what, ""));
      if (key.isEmpty() && (!atOnce || gone.get())) {
        throw new NotFoundException(
            "the " + machine + " went while this waited for its turn: " + end.get());
      }
      if (key.isEmpty()) {
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
      return new Lease(machine, key.get(), greeting, stderr, holder, released, end, watcher);
    } catch (RuntimeException | Error e) {
      holder.cancel();
      release(released, watcher, holder);
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
    release(released, watcher, holder);
  }

  private static void release(CountDownLatch released, Thread watcher, Execution holder) {
    released.countDown();
    try {
      watcher.join(FAREWELL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    holder.close();
  }
}
