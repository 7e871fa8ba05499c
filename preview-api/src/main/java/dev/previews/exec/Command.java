package dev.previews.exec;

import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command to run: its argument vector (never a shell string), its streams and its time limit.
 *
 * <pre>{@code
 * Command.of("tar", "-x", "-C", folder).stdin(archive::transferTo).timeout(Duration.ofMinutes(1))
 * }</pre>
 *
 * Immutable. Streams are binary and not buffered as a whole; sinks are written by threads of the
 * connection, flushed at the end, and never closed. A sink that blocks holds the command up, not
 * the memory.
 */
public final class Command {
  private final List<String> argv;
  private final Map<String, String> environment;
  private final @Nullable String directory;
  private final @Nullable StdinSource stdin;
  private final OutputStream stdout;
  private final OutputStream stderr;
  private final @Nullable Duration timeout;

  private Command(
      List<String> argv,
      Map<String, String> environment,
      @Nullable String directory,
      @Nullable StdinSource stdin,
      OutputStream stdout,
      OutputStream stderr,
      @Nullable Duration timeout) {
    this.argv = argv;
    this.environment = environment;
    this.directory = directory;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.timeout = timeout;
  }

  /** A command without input, whose output is discarded, without a time limit. */
  public static Command of(String program, String... arguments) {
    List<String> argv = new ArrayList<>();
    argv.add(program);
    argv.addAll(Arrays.asList(arguments));
    return of(argv);
  }

  /**
   * A command from its whole argument vector.
   *
   * @throws IllegalArgumentException when it is empty or holds a NUL
   */
  public static Command of(List<String> argv) {
    if (argv.isEmpty() || argv.get(0).isEmpty()) {
      throw new IllegalArgumentException("a command needs a program to run");
    }
    if (argv.stream().anyMatch(argument -> argument.indexOf('\0') >= 0)) {
      throw new IllegalArgumentException("an argument of '" + argv.get(0) + "' holds a NUL");
    }
    return new Command(
        List.copyOf(argv),
        Map.of(),
        null,
        null,
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream(),
        null);
  }

  /** The same with this variable in its environment. */
  public Command environment(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new Command(
        argv, Collections.unmodifiableMap(more), directory, stdin, stdout, stderr, timeout);
  }

  /** The same, run in this absolute directory of the far end. */
  public Command directory(String absolutePath) {
    return new Command(argv, environment, absolutePath, stdin, stdout, stderr, timeout);
  }

  /** The same with input; without it the command reads the end of its input at once. */
  public Command stdin(StdinSource source) {
    return new Command(argv, environment, directory, source, stdout, stderr, timeout);
  }

  /** The same with its standard output written to {@code sink}. */
  public Command stdout(OutputStream sink) {
    return new Command(argv, environment, directory, stdin, sink, stderr, timeout);
  }

  /** The same with its standard error written to {@code sink}. */
  public Command stderr(OutputStream sink) {
    return new Command(argv, environment, directory, stdin, stdout, sink, timeout);
  }

  /** The same with a time limit, counted from its start; at its end the command is cancelled. */
  public Command timeout(Duration limit) {
    return new Command(argv, environment, directory, stdin, stdout, stderr, limit);
  }

  /** The argument vector; the first one is the program. */
  public List<String> argv() {
    return argv;
  }

  /** Variables that are added to the far end's own. */
  public Map<String, String> environment() {
    return environment;
  }

  /** The directory to run in; empty for the far end's own. */
  public Optional<String> directory() {
    return Optional.ofNullable(directory);
  }

  /** What writes its input; empty when there is none. */
  public Optional<StdinSource> stdin() {
    return Optional.ofNullable(stdin);
  }

  /** Where its standard output goes. */
  public OutputStream stdout() {
    return stdout;
  }

  /** Where its standard error goes. */
  public OutputStream stderr() {
    return stderr;
  }

  /** Its time limit; empty for none. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /** The program alone: arguments and environment may hold secrets. */
  @Override
  public String toString() {
    return argv.get(0) + (argv.size() > 1 ? " (" + (argv.size() - 1) + " arguments)" : "");
  }
}
