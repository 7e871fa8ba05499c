package dev.previews.spi;

import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.ProgressListener;
import dev.previews.progress.Step;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes along with a call: by when it must be done, and who hears of its progress. Thread-safe.
 */
public final class Context {
  private static final Logger log = LoggerFactory.getLogger(Context.class);

  private final Deadline deadline;
  private final ProgressListener listener;
  private final Object turn;

  private Context(Deadline deadline, ProgressListener listener, Object turn) {
    this.deadline = deadline;
    this.listener = listener;
    this.turn = turn;
  }

  /** A context with a deadline and a listener. */
  public static Context of(Deadline deadline, ProgressListener listener) {
    return new Context(deadline, listener, new Object());
  }

  /** A context with a deadline, where nobody listens. */
  public static Context within(Duration duration) {
    return of(Deadline.in(duration), ProgressListener.none());
  }

  /** By when the call must be done. */
  public Deadline deadline() {
    return deadline;
  }

  /**
   * Tells the listener, one event at a time; what the listener throws is logged and goes no
   * further.
   */
  public void report(ProgressEvent event) {
    synchronized (turn) {
      try {
        listener.on(event);
      } catch (RuntimeException e) {
        log.warn("the progress listener failed on {}", event.getClass().getSimpleName(), e);
      }
    }
  }

  /**
   * Does the work of a step: reports its start and its end, and notes the step in what the work
   * throws.
   */
  public <T> T step(Step step, Supplier<T> work) {
    long start = System.nanoTime();
    report(new ProgressEvent.StepStarted(step));
    boolean done = false;
    try {
      T result = work.get();
      done = true;
      return result;
    } catch (PreviewException e) {
      e.atStep(step);
      throw e;
    } finally {
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      report(
          done
              ? new ProgressEvent.StepFinished(step, took)
              : new ProgressEvent.StepFailed(step, took));
    }
  }

  /** Reports a {@link ProgressEvent.Notice}. */
  public void notice(String text) {
    report(new ProgressEvent.Notice(text));
  }
}
