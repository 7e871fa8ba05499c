package dev.previews.kube.connection;

import dev.previews.spi.DuplexStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a stream under its reader when a conversation takes too long. A far end that accepts and
 * says nothing would keep it for ever, since its socket lives.
 */
public final class Cutoff implements AutoCloseable {
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private Cutoff() {}

  /** Closes the stream after this time unless this is closed before; the read then fails. */
  public static Cutoff after(Duration time, DuplexStream stream) {
    Cutoff cutoff = new Cutoff();
    cutoff
        .done
        .orTimeout(Math.max(1, time.toMillis()), TimeUnit.MILLISECONDS)
        .whenComplete(
            (closed, late) -> {
              if (late != null) {
                Daemon.start("preview-kube-cutoff", stream::close);
              }
            });
    return cutoff;
  }

  /** Whether the time was up. */
  public boolean isOver() {
    return done.isCompletedExceptionally();
  }

  @Override
  public void close() {
    done.complete(null);
  }
}
