package dev.previews;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long an environment is kept: a file on its machine that holds the seconds, 0 for as long as
 * nobody removes it, and whose time is that of the last use by the machine's own clock. The label
 * says only that there may be one.
 */
final class Expiry {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  // Two `up`s may do that at the same time.
  private static final String SET =
      """
      echo "$2" >"$1.$$" && mv -f "$1.$$" "$1"
      """;
  private static final String RENEW =
      """
      if [ -f "$1" ]; then touch "$1" && cat "$1"; fi
      """;

  // A machine without the file was used at a time that nobody knows, or is about to be: its time
  // starts now. ln leaves alone what an `up` writes meanwhile. One without its directory is on its
  // way in or out, if that is not merely hidden from this user.
  private static final String REST =
      """
      d=${1%/*}
      if [ ! -d "$d" ] && [ -d "${d%/*}/" ] && [ -x "${d%/*}/" ]; then
        echo none
        exit
      fi
      if [ ! -f "$1" ]; then
        echo "$2" >"$1.$$" || exit
        ln "$1.$$" "$1" 2>/dev/null
        rm -f "$1.$$"
      fi
      seconds=$(cat "$1") && used=$(stat -c %Y "$1") && now=$(date +%s) || exit
      if [ "$seconds" = 0 ]; then echo ever; else echo $((used + seconds - now)); fi
      """;

  private final Machine machine;
  private final Connection connection;
  private final Context context;
  private final String file;

  Expiry(Machine machine, Connection connection, Context context) {
    this.machine = machine;
    this.connection = connection;
    this.context = context;
    this.file = machine.directory() + "/.expiry";
  }

  /** Starts the time anew; empty ends it. Without its label nobody would look at it. */
  void set(Optional<Duration> ttl) {
    if (machine.ttl().isPresent()) {
      run(SET, seconds(ttl.orElse(Duration.ZERO)));
    }
  }

  /** Notes that the environment is used; returns how long it is kept, empty when for ever. */
  Optional<Duration> renew() {
    String seconds = run(RENEW);
    connection.renew();
    return seconds.matches("[1-9][0-9]{0,11}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
        : Optional.empty();
  }

  /** Whether it was last used longer ago than it is to be kept. */
  boolean passed() {
    Duration label = machine.ttl().orElse(Duration.ZERO);
    String rest = run(REST, seconds(label));
    if (rest.equals("ever")) {
      return false;
    }
    if (rest.equals("none")) {
      return machine.environment().created().plus(label).isBefore(Instant.now());
    }
    try {
      return Long.parseLong(rest) <= 0;
    } catch (NumberFormatException e) {
      throw new RemoteCommandException("the " + machine + " does not tell how old it is", rest, e);
    }
  }

  private static String seconds(Duration time) {
    return Long.toString(time.toSeconds());
  }

  private String run(String script, String... arguments) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    List<String> argv = new ArrayList<>();
    argv.addAll(List.of("sh", "-c", script, "sh", file));
    argv.addAll(List.of(arguments));
    Command command =
        Command.of(argv)
            .stdout(output)
            .stderr(errors)
            .timeout(context.deadline().remaining(PATIENCE));
    try (Execution execution = connection.exec(command)) {
      int exitCode = execution.await();
      if (exitCode != 0) {
        throw new RemoteCommandException(
            "the " + machine + " cannot keep its time in " + file + ": exit code " + exitCode,
            errors.toString(StandardCharsets.UTF_8),
            null);
      }
    }
    return output.toString(StandardCharsets.UTF_8).strip();
  }
}
