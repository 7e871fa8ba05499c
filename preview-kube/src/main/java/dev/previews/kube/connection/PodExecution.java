package dev.previews.kube.connection;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.RemoteProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command with its streams: one thread writes its output to the sinks, one its input. */
final class PodExecution implements Execution {
  private static final Logger log = LoggerFactory.getLogger(PodExecution.class);
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration END_AFTER_KILL = Duration.ofSeconds(1);

  /** How long one may take to start that is to be ended before it has. */
  private static final Duration LATE_START = Duration.ofSeconds(5);

  private final Sockets sockets;
  private final PodAddress pod;
  private final Command command;
  private final PodProcess process;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final long begin = System.nanoTime();
  private volatile @Nullable PreviewException reason;

  private PodExecution(Sockets sockets, PodAddress pod, Command command, PodProcess process) {
    this.sockets = sockets;
    this.pod = pod;
    this.command = command;
    this.process = process;
  }

  static PodExecution start(Sockets sockets, PodAddress pod, Command command) {
    PodProcess process;
    try {
      process = PodProcess.start(sockets, pod, command, command.stdin().isPresent());
    } catch (IOException e) {
      throw new ConnectionException(
          "the connection to " + pod + " was lost while starting " + command, e.toString(), e);
    }
    PodExecution execution = new PodExecution(sockets, pod, command, process);
    execution.run();
    execution.awaitStart();
    return execution;
  }

  private void run() {
    Daemon.start("preview-kube-output " + command, this::copyOutput);
    command
        .stdin()
        .ifPresent(it -> Daemon.start("preview-kube-input " + command, () -> copyInput(it)));
    command
        .timeout()
        .ifPresent(
            limit ->
                exit.copy()
                    .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((code, error) -> expireAfter(limit, error)));
  }

  private void expireAfter(Duration limit, @Nullable Throwable error) {
    if (error instanceof TimeoutException) {
      end(
          new DeadlineException(
              command + " in " + pod + " was cancelled: it did not end within " + limit));
    }
  }

  private void awaitStart() {
    try {
      process.started().get(START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      process.abort(new IOException("it did not start"));
      throw new ConnectionException(
          pod + " did not start " + command + " within " + START.toSeconds() + " s");
    } catch (InterruptedException e) {
      cancel();
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while starting " + command, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    boolean neverRan = exit.isCompletedExceptionally() && process.started().join().isEmpty();
    if (neverRan && reason == null) { // what was ended, by its input or its timeout, says so later
      await();
    }
  }

  private void copyOutput() {
    try {
      for (Frame part = process.next(); part != null; part = process.next()) {
        byte[] data = part.data();
        boolean error = part.channel() == PodProcess.STDERR;
        give(error ? command.stderr() : command.stdout(), sink -> sink.write(data));
      }
      give(command.stdout(), OutputStream::flush);
      give(command.stderr(), OutputStream::flush);
      ExitStatus status = process.status();
      PreviewException why = reason;
      if (why != null) {
        exit.completeExceptionally(why);
      } else if (status.code().isPresent() && endedWith(status.code().get())) {
        exit.completeExceptionally(
            new ConnectionException(pod + " ended, and " + command + " with it"));
      } else if (status.code().isPresent()) {
        exit.complete(status.code().get());
      } else {
        exit.completeExceptionally(
            new RemoteCommandException(pod + " did not run " + command, status.message(), null));
      }
      process.close();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    } finally {
      process.started().complete(Optional.empty());
    }
  }

  private interface Gift {
    void to(OutputStream sink) throws IOException;
  }

  /** What the user's sink throws is no failure of the connection. */
  private void give(OutputStream sink, Gift gift) throws IOException {
    try {
      gift.to(sink);
    } catch (IOException | RuntimeException | Error e) {
      end(new PreviewException("the output of " + command + " cannot be taken: " + e, e));
      throw e;
    }
  }

  /** Whether the container ended, and the command with it. */
  private boolean endedWith(int exitCode) {
    Duration ran = Duration.ofNanos(System.nanoTime() - begin);
    Liveness.Fate fate = sockets.liveness().of(pod, exitCode, ran);
    if (fate != Liveness.Fate.SAME) {
      sockets.gone(pod);
    }
    return fate == Liveness.Fate.ENDED;
  }

  private void fail(Throwable e) {
    PreviewException why = reason;
    exit.completeExceptionally(why != null ? why : lost(e));
    process.abort(new IOException("it failed", e));
    // The command may go on without anybody who listens.
    cancel();
  }

  private ConnectionException lost(Throwable e) {
    return new ConnectionException(
        "the connection to " + pod + " was lost, or broke off, while " + command + " ran",
        String.valueOf(e.getMessage()),
        e);
  }

  private void copyInput(StdinSource source) {
    Shielded sink = new Shielded(process.input());
    try {
      source.writeTo(sink);
    } catch (IOException | RuntimeException | Error e) {
      // A command that ends before it has read everything is no failure; its status says how it
      // was.
      if (!process.hasEnded()) {
        end(
            sink.failed
                ? lost(e)
                : new PreviewException("the input of " + command + " cannot be read: " + e, e));
      }
      return;
    }
    try {
      process.finishInput();
    } catch (IOException e) {
      log.debug("{} ended before its input: {}", command, e.toString());
    }
  }

  @Override
  public int await() {
    try {
      return exit.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while waiting for " + command, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PreviewException why) {
        throw why;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void cancel() {
    if (exit.isDone() && !exit.isCompletedExceptionally()) {
      return;
    }
    end(new ConnectionException(command + " in " + pod + " was cancelled"));
  }

  private void end(PreviewException why) {
    if (cancelled.compareAndSet(false, true)) {
      reason = why;
      Daemon.start("preview-kube-kill " + command, this::kill);
    }
  }

  /** Cancels it and waits until that is done. */
  void killNow() {
    if (cancelled.compareAndSet(false, true)) {
      reason = new ConnectionException("the connection to " + pod + " was closed");
      kill();
    }
  }

  /** Nobody could end it any more if it started when nobody listens. */
  private void kill() {
    Optional<RemoteProcess> running =
        process
            .started()
            .copy()
            .completeOnTimeout(Optional.empty(), LATE_START.toMillis(), TimeUnit.MILLISECONDS)
            .join();
    try {
      if (running.isPresent()) {
        PodProcess.kill(sockets, pod, running.get());
        exit.copy()
            .handle((code, error) -> code)
            .orTimeout(END_AFTER_KILL.toMillis(), TimeUnit.MILLISECONDS)
            .join();
      }
    } catch (IOException | RuntimeException e) {
      log.debug("{} in {} could not be ended in good order: {}", command, pod, e.toString());
    } finally {
      process.abort(new IOException("it was cancelled"));
    }
  }

  boolean isOver() {
    return exit.isDone();
  }

  @Override
  public void close() {
    if (!exit.isDone()) {
      cancel();
    }
  }

  /** What a source may do with its stream: not close it. */
  private static final class Shielded extends OutputStream {
    private final OutputStream target;
    private boolean failed;

    Shielded(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        target.write(bytes, offset, length);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        target.flush();
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }
  }
}
