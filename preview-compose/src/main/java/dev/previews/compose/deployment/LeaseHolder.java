package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.previews.compose.images.ImageStateFile;
import dev.previews.error.PreviewException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The command on a machine that holds a {@link Lease}, or waits for it, until its input ends: when
 * it is released, or this process dies. Machines have no {@code flock} that could be relied on
 * (Debian's busybox lacks it).
 */
final class LeaseHolder {
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

  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Greeting greeting = new Greeting();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final CountDownLatch released = new CountDownLatch(1);
  private final Execution execution;
  private final Thread watcher = new Thread(this::watch, "preview-lease");
  private volatile boolean machineGone;
  private volatile @Nullable String end;

  private LeaseHolder(Machine machine, Connection connection) {
    execution =
        connection.exec(
            Command.of(
                    "sh",
                    "-c",
                    HOLD,
                    "lease",
                    machine.directory() + "/.lease",
                    keyFile(machine),
                    ImageStateFile.path(machine))
                .stdin(this::hold)
                .stdout(greeting)
                .stderr(stderr));
    watcher.setDaemon(true);
  }

  /** Starts to wait for the lease of a machine; the caller releases it, or cancels. */
  static LeaseHolder start(Machine machine, Connection connection) {
    LeaseHolder holder = new LeaseHolder(machine, connection);
    holder.watcher.start();
    return holder;
  }

  /** Where the key of a machine is. */
  static String keyFile(Machine machine) {
    return machine.directory() + "/.content-key";
  }

  private void hold(OutputStream stdin) throws IOException {
    stdin.write((ContentKey.random() + "\n").getBytes(US_ASCII));
    stdin.flush();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    String how;
    try {
      int exitCode = execution.await();
      machineGone = exitCode == GONE;
      how = "it ended with " + exitCode;
    } catch (PreviewException e) {
      how = String.valueOf(e.getMessage());
    }
    end = how;
    greeting.ended();
  }

  /** What it says once it has the lease. */
  Greeting greeting() {
    return greeting;
  }

  /** How it ended; null while it runs. */
  @Nullable String end() {
    return end;
  }

  /** Whether it has ended because its machine is removed. */
  boolean machineGone() {
    return machineGone;
  }

  /** What it complained of. */
  String evidence() {
    return stderr.toString(UTF_8);
  }

  /** Ends it without waiting for what it does. */
  void cancel() {
    execution.cancel();
    release();
  }

  /** Lets the next one have the lease. */
  void release() {
    released.countDown();
    try {
      watcher.join(FAREWELL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    execution.close();
  }
}
