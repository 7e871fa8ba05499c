package dev.previews.machines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Kubernetes CLI as a cluster's administrator: it knows every way to log in, and we none. */
final class Kubectl {
  private final List<String> command;

  /**
   * @param command what runs it, with the cluster among its arguments
   */
  Kubectl(List<String> command) {
    this.command = List.copyOf(command);
  }

  /** Whether there is one to run. */
  boolean isThere() {
    try {
      run("", "version", "--client");
      return true;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /**
   * What a call prints.
   *
   * @param input what it reads, where an argument says that it does
   */
  String run(String input, String... arguments) {
    List<String> argv = new ArrayList<>(command);
    argv.addAll(List.of(arguments));
    try {
      Path complaints = Files.createTempFile("kubectl", ".txt");
      try {
        Process process = new ProcessBuilder(argv).redirectError(complaints.toFile()).start();
        try (var stdin = process.getOutputStream()) {
          stdin.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          throw new IOException(
              "kubectl " + String.join(" ", arguments) + ": " + Files.readString(complaints));
        }
        return output;
      } finally {
        Files.delete(complaints);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while kubectl ran", e);
    }
  }
}
