package dev.previews.engine;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.RemoteProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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
      if (announced && !readAnnouncement(frames)) {
        started.complete(false);
        ended.completeExceptionally(new ConnectionException("'" + command + "' did not start"));
        attached.close();
        return;
      }
      boolean more = announced || frames.next();
      if (!announced && more && isRefusal(frames)) {
        int code = attached.exitCode();
        if (code == 126 || code == 127) {
          throw notStarted(text(frames), code);
        }
      }
      started.complete(true);
      startStdin();
      if (!announced && more) {
        copy(frames);
      }
      while (frames.next()) {
        copy(frames);
      }
      command.stdout().flush();
      command.stderr().flush();
      finish(attached.exitCode());
    } catch (IOException e) {
      fail(
          new ConnectionException(
              "the connection was lost under '" + command + "': " + e.getMessage(), e));
    } catch (SinkFailedException e) {
      end(new PreviewException("the output of '" + command + "' cannot be taken", e.getCause()));
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Reads up to the first line of standard error; false when no shell ran. */
  private boolean readAnnouncement(FrameReader frames) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (frames.next()) {
      line.write(frames.bytes(), 0, frames.count());
      String text = line.toString(StandardCharsets.UTF_8);
      int end = text.indexOf('\n');
      if (end >= 0 || line.size() > RemoteProcess.LONGEST_LINE) {
        String first = end < 0 ? text : text.substring(0, end);
        Optional<RemoteProcess> announced =
            frames.isError() ? RemoteProcess.parse(first) : Optional.empty();
        if (announced.isEmpty()) {
          return refused(text);
        }
        byte[] all = line.toByteArray();
        int rest = announcementLength(all);
        process.complete(announced.get());
        write(command.stderr(), all, rest, all.length - rest);
        return true;
      }
    }
    return refused(line.toString(StandardCharsets.UTF_8));
  }

  private static int announcementLength(byte[] bytes) {
    int i = 0;
    while (bytes[i] != '\n') {
      i++;
    }
    return i + 1;
  }

  /** False when it is the shell that is missing; whatever else went wrong is thrown. */
  private boolean refused(String text) {
    int code = attached.exitCode();
    if ((code == 126 || code == 127) && text.contains("\"sh\"")) {
      return false;
    }
    throw notStarted(text, code);
  }

  private static boolean isRefusal(FrameReader frames) {
    return text(frames).startsWith("OCI runtime exec failed");
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

  private void copy(FrameReader frames) {
    write(
        frames.isError() ? command.stderr() : command.stdout(), frames.bytes(), 0, frames.count());
  }

  private static void write(OutputStream sink, byte[] bytes, int offset, int length) {
    try {
      sink.write(bytes, offset, length);
    } catch (IOException | RuntimeException e) {
      throw new SinkFailedException(e);
    }
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
                          } catch (IOException | RuntimeException e) {
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
    execs
        .engine()
        .alarms()
        .schedule(attached::close, LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS);
    try {
      RemoteProcess remote = process.get(LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS);
      execs.kill(attached.target(), remote);
    } catch (InterruptedException | ExecutionException | TimeoutException | PreviewException e) {
      // Without a shell, or without its container, closing the stream is all that is left.
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
  private static final class SinkFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SinkFailedException(Exception cause) {
      super(cause);
    }
  }
}
