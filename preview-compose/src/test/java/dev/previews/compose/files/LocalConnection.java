package dev.previews.compose.files;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.exec.StdinSource;
import dev.previews.spi.Connection;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs commands as processes of this machine, behind a prefix that may take them elsewhere. */
final class LocalConnection implements Connection {
  private final List<String> prefix;
  private final @Nullable String searchPath;
  private final AtomicInteger commands = new AtomicInteger();
  private volatile UnaryOperator<OutputStream> stdinFilter = UnaryOperator.identity();

  private LocalConnection(List<String> prefix, @Nullable String searchPath) {
    this.prefix = prefix;
    this.searchPath = searchPath;
  }

  /** Commands of this machine. */
  static LocalConnection plain() {
    return new LocalConnection(List.of(), null);
  }

  /** Commands that are found in this directory only. */
  static LocalConnection withSearchPath(String directory) {
    return new LocalConnection(List.of(), directory);
  }

  /** Commands in a running container. */
  static LocalConnection inContainer(String container) {
    return new LocalConnection(List.of("docker", "exec", "-i", container), null);
  }

  /** What is written to the input of commands goes through this. */
  void filterStdin(UnaryOperator<OutputStream> filter) {
    stdinFilter = filter;
  }

  int commands() {
    return commands.get();
  }

  @Override
  public Execution exec(Command command) {
    commands.incrementAndGet();
    List<String> argv = new ArrayList<>(prefix);
    argv.addAll(command.argv());
    ProcessBuilder builder = new ProcessBuilder(argv);
    if (searchPath != null) {
      argv.set(0, searchPath + "/" + argv.get(0));
      builder.environment().put("PATH", searchPath);
    }
    try {
      return new Running(builder.start(), command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DuplexStream dial(Endpoint endpoint) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}

  private final class Running implements Execution {
    private final Process process;
    private final Command command;
    private final CompletableFuture<Void> stdin;
    private final CompletableFuture<Void> stdout;
    private final CompletableFuture<Void> stderr;

    Running(Process process, Command command) {
      this.process = process;
      this.command = command;
      this.stdin = async(this::feed);
      this.stdout = async(() -> drain(process.getInputStream(), command.stdout()));
      this.stderr = async(() -> drain(process.getErrorStream(), command.stderr()));
    }

    private void feed() throws IOException {
      try (OutputStream out = stdinFilter.apply(process.getOutputStream())) {
        StdinSource source = command.stdin().orElse(nothing -> {});
        source.writeTo(out);
      } catch (IOException | RuntimeException e) {
        cancel();
        throw e;
      }
    }

    private void drain(InputStream in, OutputStream sink) throws IOException {
      try (in) {
        in.transferTo(sink);
        sink.flush();
      }
    }

    private CompletableFuture<Void> async(Task task) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  task.run();
                  done.complete(null);
                } catch (IOException | RuntimeException e) {
                  done.completeExceptionally(e);
                }
              });
      thread.setDaemon(true);
      thread.start();
      return done;
    }

    @Override
    public int await() {
      try {
        long limit = command.timeout().map(Duration::toMillis).orElse(600_000L);
        if (!process.waitFor(limit, TimeUnit.MILLISECONDS)) {
          cancel();
          throw new DeadlineException("the command took too long");
        }
        CompletableFuture.allOf(stdin, stdout, stderr).get();
        return process.exitValue();
      } catch (InterruptedException | ExecutionException e) {
        throw new ConnectionException("the command failed", e);
      }
    }

    @Override
    public void cancel() {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }

    @Override
    public void close() {
      if (process.isAlive()) {
        cancel();
      }
    }
  }

  private interface Task {
    void run() throws IOException;
  }
}
