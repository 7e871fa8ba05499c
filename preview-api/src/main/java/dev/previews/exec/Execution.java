package dev.previews.exec;

/** A command that was started. Thread-safe. */
public interface Execution extends AutoCloseable {
  /**
   * Waits until the command has ended and its output is all written to the sinks.
   *
   * @return its exit code; 128 + n when signal n ended it
   * @throws dev.previews.error.DeadlineException when the command's time limit passed; it was
   *     cancelled
   * @throws dev.previews.error.ConnectionException when the connection or the machine was lost, or
   *     no exit code came; or after {@link #cancel()}
   * @throws dev.previews.error.PreviewInterruptedException when this thread is interrupted; the
   *     command goes on
   */
  int await();

  /**
   * Ends the command at the far end, children too: SIGTERM, and after 2 seconds SIGKILL. Harmless
   * when it has ended. Returns at once.
   */
  void cancel();

  /**
   * Cancels the command if it has not ended, and releases its streams. Closing twice is harmless.
   */
  @Override
  void close();
}
