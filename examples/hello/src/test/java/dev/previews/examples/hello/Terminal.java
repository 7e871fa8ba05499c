package dev.previews.examples.hello;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program on a pseudo-terminal, which {@code script} makes, and a person in front of it. */
final class Terminal implements AutoCloseable {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

  private final Process process;
  private final OutputStream keyboard;
  private final StringBuilder shown = new StringBuilder();
  private int read;

  private Terminal(Process process) {
    this.process = process;
    this.keyboard = process.getOutputStream();
    Thread reader = new Thread(this::show, "terminal");
    reader.setDaemon(true);
    reader.start();
  }

  static Terminal run(Path directory, String command) throws IOException {
    ProcessBuilder script =
        new ProcessBuilder("script", "-qfec", "stty cols 100 rows 40; " + command, "/dev/null")
            .directory(directory.toFile())
            .redirectErrorStream(true);
    script.environment().put("TERM", "xterm");
    return new Terminal(script.start());
  }

  private void show() {
    byte[] buffer = new byte[4096];
    try (InputStream screen = process.getInputStream()) {
      for (int count = screen.read(buffer); count >= 0; count = screen.read(buffer)) {
        synchronized (shown) {
          shown.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
          shown.notifyAll();
        }
      }
    } catch (IOException e) {
      // The terminal was closed.
    }
  }

  void type(String line) throws IOException {
    keys(line + "\r");
  }

  void pressControlC() throws IOException {
    keys("\u0003");
  }

  private void keys(String pressed) throws IOException {
    keyboard.write(pressed.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  /** Waits for something to be shown after what was waited for before; returns all until there. */
  String await(String pattern) throws InterruptedException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    synchronized (shown) {
      while (true) {
        Matcher found = Pattern.compile(pattern).matcher(shown);
        if (found.find(read)) {
          String until = shown.substring(read, found.end());
          read = found.end();
          return until;
        }
        long rest = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (rest <= 0 || !process.isAlive()) {
          throw new AssertionError("no '" + pattern + "' but:\n" + shown.substring(read));
        }
        shown.wait(Math.min(rest, 1_000));
      }
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }
}
