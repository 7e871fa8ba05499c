package dev.previews.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A program to run in a directory, with what it prints kept in a file there. */
final class Command {
  private static final int LONGEST_MINUTES = 15;

  private final Path directory;
  private final List<String> argv;
  private final Map<String, String> environment = new TreeMap<>();

  private Command(Path directory, List<String> argv) {
    this.directory = directory;
    this.argv = argv;
  }

  static Command of(Path directory, String... argv) {
    return new Command(directory, List.of(argv));
  }

  /** Maven, with the repository that our modules were installed in. */
  static Command maven(Path directory, String... arguments) {
    List<String> argv =
        new ArrayList<>(List.of("mvn", "-B", "-ntp", "-q", "-Dmaven.repo.local=" + repository()));
    argv.addAll(Arrays.asList(arguments));
    return new Command(directory, argv);
  }

  static Path repository() {
    return Path.of(System.getProperty("maven.repo.local"));
  }

  /** The root of the project: where README.md is. */
  static Path root() {
    return Path.of("").toAbsolutePath().getParent();
  }

  /** The JDK that the tests run on. */
  static String java(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool).toString();
  }

  Command environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Starts it; its output goes to the log. */
  Process start(Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(argv)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** Runs it, however it ends. */
  Result run() throws IOException, InterruptedException {
    Path log = Files.createTempFile("release-tests", ".log");
    Process process = start(log);
    try {
      if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            String.join(" ", argv) + " did not end:\n" + Files.readString(log));
      }
      return new Result(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    } finally {
      Files.delete(log);
    }
  }

  /** Runs it and returns what it printed; it must succeed. */
  String output() throws IOException, InterruptedException {
    Result result = run();
    if (result.exitCode() != 0) {
      throw new AssertionError(
          String.join(" ", argv) + " exited " + result.exitCode() + ":\n" + result.output());
    }
    return result.output();
  }

  record Result(int exitCode, String output) {}
}
