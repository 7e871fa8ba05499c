package dev.previews.ssh.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Deadline;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.AnnouncedOutput;
import dev.previews.spi.RemoteProcess;
import dev.previews.ssh.link.Daemon;
import dev.previews.ssh.link.Session;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A command that runs on a host: a thread for each of its streams. */
final class SshExecution implements Execution {
  private static final int BUFFER = 64 * 1024;

  /** The kill takes 4 seconds at most; then the streams are closed whatever became of it. */
  private static final Duration LONGEST_KILL = Duration.ofSeconds(6);

  private final Shell shell;
  private final Session session;
  private final Command command;
  private final CompletableFuture<RemoteProcess> process = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private @Nullable PreviewException reason;
  private volatile @Nullable Thread feeder;

  private SshExecution(Shell shell, Session session, Command command) {
    this.shell = shell;
    this.session = session;
    this.command = command;
  }

  /** Starts it; returns when it runs. */
  static SshExecution start(Shell shell, Command command, Deadline deadline) {
    byte[] program = RemoteShell.program(command);
    Session session = shell.start(program, deadline, command.toString());
    SshExecution execution = new SshExecution(shell, session, command);
    execution.run();
    execution.awaitStart(deadline);
    return execution;
  }

  private void run() {
    AnnouncedOutput stdout = new AnnouncedOutput(sink(command.stdout()), process::complete);
    AnnouncedOutput stderr = new AnnouncedOutput(sink(command.stderr()), process::complete);
    CompletableFuture<Void> errors = new CompletableFuture<>();
    Daemon.start("preview-ssh-stderr " + command, () -> copy(session.errors(), stderr, errors));
    Daemon.start(
        "preview-ssh-stdout " + command,
        () -> {
          CompletableFuture<Void> output = new CompletableFuture<>();
          copy(session.output(), stdout, output);
          CompletableFuture.allOf(output, errors)
              .thenCombine(session.over(), (both, over) -> null)
              .whenComplete(
                  (done, failure) ->
                      finish(stdout.unfinishedLine() + stderr.unfinishedLine(), failure));
        });
    command
        .stdin()
        .ifPresentOrElse(
            source -> feeder = Daemon.start("preview-ssh-stdin " + command, () -> feed(source)),
            session::endInput);
    command
        .timeout()
        .ifPresent(
            limit ->
                ended
                    .copy()
                    .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete(
                        (code, failure) -> {
                          if (failure instanceof TimeoutException) {
                            end(expired(limit));
                          }
                        }));
  }

  private DeadlineException expired(Duration limit) {
    return new DeadlineException(
        "'"
            + command
            + "' on "
            + shell
            + " had not ended after its limit of "
            + limit.toMillis()
            + " ms");
  }

  private void copy(InputStream from, AnnouncedOutput to, CompletableFuture<Void> done) {
    byte[] buffer = new byte[BUFFER];
    try {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        to.write(buffer, 0, n);
      }
      to.flush();
      done.complete(null);
    } catch (SinkFailedException e) {
      end(
          new PreviewException(
              "the output of '" + command + "' cannot be taken: " + e.getCause(), e.getCause()));
      done.completeExceptionally(e);
    } catch (IOException | RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  private void feed(StdinSource source) {
    PeerOutput output = new PeerOutput(session.input(), command.toString());
    try {
      source.writeTo(output);
      output.finish();
      session.endInput();
    } catch (IOException | RuntimeException | Error e) {
      output.abandon();
      // A command need not read its input to the end.
      if (!output.failed() && !ended.isDone()) {
        end(new PreviewException("the input of '" + command + "' cannot be read: " + e, e));
      }
    }
  }

  private void finish(String unannounced, @Nullable Throwable failure) {
    OptionalInt code = session.exitCode();
    PreviewException why = reason();
    if (why != null) {
      fail(why);
    } else if (failure != null) {
      fail(failed(failure));
    } else if (!process.isDone()) {
      fail(notStarted(unannounced));
    } else if (code.isEmpty()) {
      fail(
          new ConnectionException(
              "the connection to "
                  + shell
                  + " was lost, or '"
                  + command
                  + "' ended without a code"));
    } else {
      ended.complete(code.getAsInt());
      release();
    }
  }

  private PreviewException failed(Throwable failure) {
    Throwable cause =
        failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof AnnouncedOutput.UnannouncedException) {
      return notStarted(String.valueOf(cause.getMessage()));
    }
    return new ConnectionException(
        "'" + command + "' on " + shell + " broke off: " + cause.getMessage(), cause);
  }

  private RemoteCommandException notStarted(String text) {
    OptionalInt code = session.exitCode();
    return new RemoteCommandException(
        "'"
            + command
            + "' was not started on "
            + shell
            + (code.isPresent() ? " (exit code " + code.getAsInt() + ")" : ""),
        text,
        null);
  }

  private void fail(PreviewException why) {
    process.completeExceptionally(why);
    ended.completeExceptionally(why);
    release();
  }

  /** Nobody reads what a source still writes. */
  private void release() {
    session.close();
    Thread writer = feeder;
    if (writer != null) {
      writer.interrupt();
    }
  }

  private void awaitStart(Deadline deadline) {
    try {
      process.get(Math.max(1, deadline.remaining().toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      session.close();
      throw deadline.expired("the start of '" + command + "' on " + shell, "nothing");
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while starting '" + command + "'", e);
    } catch (ExecutionException e) {
      await();
    }
  }

  @Override
  public int await() {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PreviewException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while '" + command + "' ran", e);
    }
  }

  boolean isOver() {
    return ended.isDone();
  }

  @Override
  public void cancel() {
    end(new ConnectionException("'" + command + "' on " + shell + " was cancelled"));
  }

  /** Ends the command, once; the reason is what {@link #await} throws. Returns at once. */
  private void end(PreviewException why) {
    synchronized (this) {
      if (reason != null || ended.isDone()) {
        return;
      }
      reason = why;
    }
    Daemon.start("preview-ssh-kill " + command, this::kill);
  }

  private void kill() {
    Deadline limit = Deadline.in(LONGEST_KILL);
    try {
      // The sinks may block: the end of the streams is not waited for.
      shell.kill(process.get(LONGEST_KILL.toMillis(), TimeUnit.MILLISECONDS), limit);
      session
          .over()
          .toCompletableFuture()
          .copy()
          .completeOnTimeout(null, 500, TimeUnit.MILLISECONDS)
          .join();
    } catch (InterruptedException | ExecutionException | TimeoutException | PreviewException e) {
      // Its host is gone, or it never ran: closing the streams is all that is left.
    } finally {
      session.close();
      PreviewException why = reason();
      fail(why != null ? why : new ConnectionException("'" + command + "' was ended"));
    }
  }

  private synchronized @Nullable PreviewException reason() {
    return reason;
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
    session.close();
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

  /** The caller's sink failed. */
  private static final class SinkFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    SinkFailedException(Throwable cause) {
      super(cause);
    }
  }
}
