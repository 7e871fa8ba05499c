package dev.previews.engine;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.AnnouncedOutput;
import dev.previews.spi.RemoteProcess;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A command that runs in a container: one thread reads its output, one writes its input. */
final class ExecRun implements Execution {
  /** The kill takes 4 seconds at most; then the streams are closed whatever became of it. */
  private static final Duration LONGEST_KILL = Duration.ofSeconds(6);

  private final EngineExec execs;
  private final AttachedExec attached;
  private final Command command;

  /** True when the command runs; false when the shell that should announce it does not. */
  private final CompletableFuture<Boolean> started = new CompletableFuture<>();

  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final CompletableFuture<RemoteProcess> process = new CompletableFuture<>();
  private final @Nullable Future<?> alarm;
  private @Nullable PreviewException reason;
  private @Nullable Thread stdin;

  ExecRun(EngineExec execs, AttachedExec attached, Command command, boolean announced) {
    this.execs = execs;
    this.attached = attached;
    this.command = command;
    if (!announced) {
      process.completeExceptionally(new IllegalStateException("no shell"));
    }
    Threads.start("preview-exec " + command.argv().get(0), () -> run(announced));
    this.alarm =
        command
            .timeout()
            .<Future<?>>map(
                limit ->
                    execs
                        .engine()
                        .alarms()
                        .schedule(() -> end(expired(limit)), limit.toNanos(), TimeUnit.NANOSECONDS))
            .orElse(null);
  }

  private DeadlineException expired(Duration limit) {
    return new DeadlineException(
        "'" + command + "' had not ended after its limit of " + limit.toMillis() + " ms");
  }

  /** Waits until it is known whether the command runs. */
  boolean awaitStart() {
    try {
      return get(started);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void run(boolean announced) {
    try {
      FrameReader frames = attached.frames();
      if (announced) {
        if (!copyAnnounced(frames)) {
          started.complete(false);
          throw new ConnectionException("'" + command + "' did not start: there is no shell");
        }
      } else {
        copyBare(frames);
      }
      sink(command.stdout()).flush();
      sink(command.stderr()).flush();
      finish(attached.exitCode());
    } catch (SinkFailedException e) {
      end(
          new PreviewException(
              "the output of '" + command + "' cannot be taken: " + e.getCause(), e.getCause()));
      fail(e);
    } catch (IOException e) {
      fail(
          new ConnectionException(
              "the connection was lost under '" + command + "': " + e.getMessage(), e));
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Copies to the end; false when no shell ran, which ends this try. */
  private boolean copyAnnounced(FrameReader frames) throws IOException {
    AnnouncedOutput stdout = new AnnouncedOutput(sink(command.stdout()), this::known);
    AnnouncedOutput stderr = new AnnouncedOutput(sink(command.stderr()), this::known);
    String text;
    try {
      while (frames.next()) {
        (frames.isError() ? stderr : stdout).write(frames.bytes(), 0, frames.count());
      }
      if (process.isDone()) {
        return true;
      }
      text = stdout.unfinishedLine() + stderr.unfinishedLine();
    } catch (AnnouncedOutput.UnannouncedException e) {
      text = String.valueOf(e.getMessage());
    }
    return refused(text);
  }

  private void known(RemoteProcess remote) {
    if (process.complete(remote)) {
      started.complete(true);
      startStdin();
    }
  }

  private void copyBare(FrameReader frames) throws IOException {
    boolean more = frames.next();
    if (more && text(frames).startsWith("OCI runtime exec failed")) {
      int code = attached.exitCode();
      if (code == 126 || code == 127) {
        throw notStarted(text(frames), code);
      }
    }
    started.complete(true);
    startStdin();
    OutputStream stdout = sink(command.stdout());
    OutputStream stderr = sink(command.stderr());
    while (more) {
      (frames.isError() ? stderr : stdout).write(frames.bytes(), 0, frames.count());
      more = frames.next();
    }
  }

  /** False when it is the shell that is missing; whatever else went wrong is thrown. */
  private boolean refused(String text) {
    int code = attached.exitCode();
    if ((code == 126 || code == 127) && text.contains("\"sh\"")) {
      return false;
    }
    throw notStarted(text, code);
  }

  private static String text(FrameReader frames) {
    return new String(frames.bytes(), 0, frames.count(), StandardCharsets.UTF_8);
  }

  private RemoteCommandException notStarted(String text, int code) {
    return new RemoteCommandException(
        "'"
            + command
            + "' cannot be started in the container "
            + attached.target().name()
            + " (exit code "
            + code
            + ")",
        text,
        null);
  }

  /** The user's sink, whose failures are told from those of the connection. */
  private static OutputStream sink(OutputStream sink) {
    return new FilterOutputStream(sink) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          out.write(bytes, offset, length);
        } catch (IOException | RuntimeException | Error e) {
          throw new SinkFailedException(e);
        }
      }

      @Override
      public void flush() throws IOException {
        try {
          out.flush();
        } catch (IOException | RuntimeException | Error e) {
          throw new SinkFailedException(e);
        }
      }
    };
  }

  private void startStdin() {
    command
        .stdin()
        .ifPresent(
            source ->
                stdin =
                    Threads.start(
                        "preview-exec-stdin " + command.argv().get(0),
                        () -> {
                          PeerOutput output = new PeerOutput(attached.stream().output());
                          try {
                            source.writeTo(output);
                            output.flush();
                            attached.stream().shutdownOutput();
                          } catch (IOException | RuntimeException | Error e) {
                            // A command need not read its input to the end.
                            if (!output.failed() && !ended.isDone()) {
                              end(
                                  new PreviewException(
                                      "the input of '" + command + "' cannot be read: " + e, e));
                            }
                          }
                        }));
  }

  @Override
  public int await() {
    return get(ended);
  }

  private <T> T get(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new PreviewException("'" + command + "' failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while '" + command + "' ran", e);
    }
  }

  @Override
  public void cancel() {
    end(new ConnectionException("'" + command + "' was cancelled"));
  }

  /** Ends the command, once; the reason is what {@link #await} throws. Returns at once. */
  private void end(PreviewException why) {
    synchronized (this) {
      if (reason != null || ended.isDone()) {
        return;
      }
      reason = why;
    }
    Threads.start("preview-exec-kill " + command.argv().get(0), this::kill);
  }

  private void kill() {
    try {
      execs
          .engine()
          .alarms()
          .schedule(attached::close, LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS);
      RemoteProcess remote = process.get(LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS);
      execs.kill(attached.target(), remote);
    } catch (InterruptedException
        | ExecutionException
        | TimeoutException
        | RejectedExecutionException
        | PreviewException e) {
      // Without a shell, its container or the engine, closing the stream is all that is left.
    } finally {
      attached.close();
      fail(new ConnectionException("'" + command + "' was ended"));
    }
  }

  private void finish(int code) {
    PreviewException why = reason();
    if (why != null) {
      fail(why);
    } else if (ended.complete(code)) {
      release();
    }
  }

  private void fail(Throwable cause) {
    PreviewException why = reason();
    Throwable first = why != null ? why : cause;
    started.completeExceptionally(first);
    if (ended.completeExceptionally(first)) {
      release();
    }
  }

  private synchronized @Nullable PreviewException reason() {
    return reason;
  }

  private void release() {
    process.completeExceptionally(new IllegalStateException("ended"));
    if (alarm != null) {
      alarm.cancel(false);
    }
    attached.close();
    Thread writer = stdin;
    if (writer != null) {
      writer.interrupt();
    }
  }

  @Override
  public void close() {
    cancel();
    try {
      ended.handle((code, failure) -> null).get(LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // Its streams are closed below.
    }
    attached.close();
  }

  /** The caller's sink failed. */
  private static final class SinkFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    SinkFailedException(Throwable cause) {
      super(cause);
    }
  }
}
