package dev.previews.engine;

import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The use of a connection for one request: it goes back to the pool when the answer was read, else
 * it is closed.
 */
final class Lease implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20;

  private final HttpConnection connection;
  private final ScheduledExecutorService alarms;
  private final String request;
  private final @Nullable Deadline deadline;
  private final @Nullable Future<?> alarm;
  private final Consumer<HttpConnection> giveBack;
  private boolean reusable;
  private boolean over;

  Lease(
      HttpConnection connection,
      ScheduledExecutorService alarms,
      String request,
      @Nullable Deadline deadline,
      Consumer<HttpConnection> giveBack) {
    this.connection = connection;
    this.alarms = alarms;
    this.request = request;
    this.deadline = deadline;
    this.alarm =
        deadline == null
            ? null
            : alarms.schedule(
                connection::close, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    this.giveBack = giveBack;
  }

  /** Says that the connection can serve another request once this answer was read. */
  synchronized void reusable() {
    reusable = true;
  }

  synchronized boolean finished() {
    return over;
  }

  /** The answer was read to its end. */
  void finish() {
    end(true);
  }

  /**
   * Nobody reads on, but the engine sends the end of an answer right after the answer: it is taken,
   * so that the connection can be used again. Where it does not come, as in a stream of events, the
   * connection is closed.
   */
  void finishAfter(DelimitedBody body) {
    if (finished()) {
      return;
    }
    try {
      Future<?> patience =
          alarms.schedule(connection::close, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      boolean taken = body.takeRest();
      end(patience.cancel(false) && taken);
    } catch (IOException | RejectedExecutionException e) { // also when the engine was closed
      close();
    }
  }

  /** Nobody reads on. */
  @Override
  public void close() {
    end(false);
  }

  private synchronized void end(boolean whole) {
    if (over) {
      return;
    }
    over = true;
    // An alarm that went off has closed the connection.
    boolean intact = alarm == null || alarm.cancel(false);
    if (whole && reusable && intact) {
      connection.touch();
      giveBack.accept(connection);
    } else {
      connection.close();
    }
  }

  /** What a failure of the connection means; the connection is closed. */
  PreviewException broken(IOException cause) {
    close();
    if (deadline != null && deadline.passed()) {
      return deadline.expired("the Docker engine's answer to " + request, "no whole answer yet");
    }
    if (cause instanceof ClosedByInterruptException) {
      return new PreviewInterruptedException("interrupted during " + request, cause);
    }
    return new ConnectionException(
        "the connection to the Docker engine was lost during "
            + request
            + ": "
            + cause.getMessage(),
        cause);
  }
}
