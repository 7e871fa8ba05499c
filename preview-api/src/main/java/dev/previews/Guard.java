package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import dev.previews.error.OwnershipException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.spi.Context;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process beside this JVM that removes an environment when this JVM is gone: its standard input,
 * over which it learns what to remove, then ends without a word.
 */
final class Guard implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofSeconds(30);
  private static final Duration LONGEST_END = Duration.ofSeconds(10);
  private static final String READY = "guard is ready";

  /** What a terminal or a CI service sends to all processes at once, it outlives. */
  private static final List<String> DEAF_TO_SIGNALS =
      List.of("/bin/sh", "-c", "trap '' HUP INT TERM; exec \"$@\"", "sh");

  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Process process;
  private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
  private final Queue<String> said = new ConcurrentLinkedQueue<>();

  private Guard(Process process) {
    this.process = process;
  }

  /** Starts it, and waits until it has understood what it guards. */
  static Guard start(Settings settings, EnvironmentId id, Context context) {
    String driver = settings.driverAddressOrDefault();
    if (driver == null) {
      throw new InvalidInputException(
          "guarded() needs the driver by its address, as in driver(\"kube://previews\"): its"
              + " process cannot be given the object "
              + settings.driverOrDefault());
    }
    Guard guard = new Guard(launch());
    try {
      guard.listen();
      DataOutputStream control = new DataOutputStream(guard.process.getOutputStream());
      control.writeUTF(driver);
      control.writeUTF(settings.ownerOrDefault());
      control.writeUTF(id.value());
      control.flush();
      guard.awaitReady(context);
      return guard;
    } catch (IOException e) {
      guard.process.destroyForcibly();
      throw guard.failed(e);
    } catch (Throwable e) {
      guard.process.destroyForcibly();
      throw e;
    }
  }

  private static Process launch() {
    List<String> argv = new ArrayList<>();
    if (Files.isExecutable(Path.of(DEAF_TO_SIGNALS.get(0)))) {
      argv.addAll(DEAF_TO_SIGNALS);
    }
    argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    argv.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    argv.add(Guard.class.getName());
    ProcessBuilder process = new ProcessBuilder(argv).redirectErrorStream(true);
    // Not as an argument: who looks at the processes sees what this one is.
    process.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    try {
      return process.start();
    } catch (IOException e) {
      throw new PreviewException("the guard's process does not start: " + argv.get(0), e);
    }
  }

  /** Reads what it says, to the end: nobody else does. */
  private void listen() {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                  if (line.equals(READY)) {
                    ready.complete(true);
                  } else if (!ready.isDone()) {
                    said.add(line);
                  }
                }
              } catch (IOException e) {
                said.add(e.toString());
              }
              ready.complete(false);
            },
            "preview-guard");
    reader.setDaemon(true);
    reader.start();
  }

  private void awaitReady(Context context) {
    try {
      Duration patience = context.deadline().remaining(LONGEST_START);
      if (!ready.get(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failed(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while the guard's process started", e);
    } catch (TimeoutException | ExecutionException e) {
      throw failed(e);
    }
  }

  private PreviewException failed(@Nullable Exception cause) {
    return new PreviewException(
        "the guard's process did not get ready: guarded() needs this library and its driver on"
            + " java.class.path",
        String.join("\n", said),
        cause);
  }

  /**
   * Tells it that there is nothing left to guard, and waits for its end. Closing twice is harmless.
   */
  @Override
  public void close() {
    try (var control = process.getOutputStream()) {
      control.write('.');
    } catch (IOException e) {
      // It is gone, or it was told before.
    }
    try {
      if (!process.waitFor(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  /** The process itself. It has no arguments: an address may hold what others must not read. */
  public static void main(String[] none) throws IOException, InterruptedException {
    DataInputStream control = new DataInputStream(System.in);
    Previews previews =
        Previews.builder().driver(control.readUTF()).owner(control.readUTF()).build();
    EnvironmentId id = EnvironmentId.of(control.readUTF());
    System.out.println(READY);
    System.out.flush();
    if (control.read() < 0) {
      remove(previews, id);
    }
  }

  private static void remove(Previews previews, EnvironmentId id) throws InterruptedException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        previews.down(id.value());
        return;
      } catch (OwnershipException othersByNow) {
        return;
      } catch (PreviewException e) {
        Thread.sleep(PAUSE.toMillis()); // what is left after the last attempt expires
      }
    }
  }
}
