package dev.previews.compose.cli;

import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A child process whose streams are drained and which does not outlive its deadline, its limits or
 * an interrupt.
 */
final class ChildProcess {
  private static final Duration WATCH = Duration.ofMillis(20);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  private final Process process;
  private final ProcessTree tree;
  private final Limits limits;
  private final LastLines tail = new LastLines();
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private volatile @Nullable String exceeded;

  private ChildProcess(Process process, Limits limits) {
    this.process = process;
    this.tree = new ProcessTree(process);
    this.limits = limits;
  }

  /**
   * Runs a command to its end.
   *
   * @param argv the program, as a path, and its arguments
   * @param environment all of its environment
   * @throws IOException when it cannot be started
   * @throws LimitExceededException when it used more than it may
   * @throws dev.previews.error.DeadlineException when the deadline passed
   */
  static CliResult run(
      List<String> argv,
      Map<String, String> environment,
      Invocation invocation,
      Limits limits,
      Deadline deadline)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(argv);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new ChildProcess(builder.start(), limits).finish(invocation, deadline);
  }

  private CliResult finish(Invocation invocation, Deadline deadline) {
    Consumer<String> listener = invocation.listener();
    Consumer<String> heard = line -> hear(line, listener);
    Thread out =
        listener == null
            ? pump("stdout", this::collect)
            : pump("stdout", () -> split(false, heard));
    Thread err = pump("stderr", () -> split(true, heard));
    String input = invocation.input();
    Thread in = pump("stdin", () -> feed(input));
    try {
      await(deadline, invocation);
      join(out, err, in);
      String breach = exceeded;
      if (breach != null) {
        throw new LimitExceededException(breach);
      }
      return new CliResult(
          process.exitValue(), stdout.toString(StandardCharsets.UTF_8), tail.text());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while " + name(invocation) + " ran", e);
    } finally {
      if (process.isAlive()) {
        tree.end();
      }
    }
  }

  private synchronized void hear(String line, @Nullable Consumer<String> listener) {
    tail.add(line);
    if (listener != null) {
      listener.accept(line);
    }
  }

  private void await(Deadline deadline, Invocation invocation) throws InterruptedException {
    while (!process.waitFor(
        Math.max(1, deadline.remaining(WATCH).toMillis()), TimeUnit.MILLISECONDS)) {
      if (exceeded == null && limits.memoryBytes() < Long.MAX_VALUE) {
        long used = tree.memoryBytes();
        if (used > limits.memoryBytes()) {
          exceed("it took more than " + limits.memoryBytes() / (1024 * 1024) + " MB of memory");
        }
      }
      if (deadline.passed()) {
        tree.end();
        throw deadline.expired(name(invocation), tail.text());
      }
    }
  }

  private void exceed(String how) {
    exceeded = how;
    tree.endNow();
  }

  private static String name(Invocation invocation) {
    return "'docker compose " + invocation.verb() + "'";
  }

  /**
   * A grandchild that outlives the process may hold the pipes open: then what came so far is all.
   */
  private static void join(Thread... pumps) throws InterruptedException {
    Deadline deadline = Deadline.in(DRAIN);
    for (Thread pump : pumps) {
      pump.join(Math.max(1, deadline.remaining().toMillis()));
    }
  }

  private void collect() throws IOException {
    byte[] buffer = new byte[65536];
    InputStream stream = process.getInputStream();
    int length;
    while ((length = stream.read(buffer)) >= 0) {
      if (stdout.size() + length > limits.stdoutBytes()) {
        exceed("it printed more than " + limits.stdoutBytes() / (1024 * 1024) + " MB");
        return;
      }
      stdout.write(buffer, 0, length);
    }
  }

  private void split(boolean error, Consumer<String> heard) throws IOException {
    LineReader.read(error ? process.getErrorStream() : process.getInputStream(), heard);
  }

  private void feed(@Nullable String input) throws IOException {
    try (OutputStream stdin = process.getOutputStream()) {
      if (input != null) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static Thread pump(String stream, Pump work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // The process has ended, and its exit code says more.
              }
            },
            "preview-compose " + stream);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @FunctionalInterface
  private interface Pump {
    void run() throws IOException;
  }
}
