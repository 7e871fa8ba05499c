package dev.previews.kube.connection;

import dev.previews.error.InvalidInputException;
import dev.previews.exec.Command;
import dev.previews.spi.RemoteProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a command gets into a container: the request names a constant shell script, which reads the
 * command from its input. So arguments and environment are in no URL, process list or audit log,
 * and may be as long as they like.
 */
final class RemoteShell {
  /** Reads a length, then a script of that many bytes and not one more, and runs it. */
  static final List<String> ENTRY =
      List.of(
          "sh",
          "-c",
          "read -r n && s=$(dd bs=\"$n\" count=1 iflag=fullblock 2>/dev/null) && eval \"$s\"");

  /**
   * Runs a command whose input comes in pieces, each after a line with its length; a length of 0 is
   * the end. An input that breaks off without it kills the command: a half file must not look like
   * a whole one. The feeder tells its process id first, so that it ends with the command (of
   * SIGPIPE, about which shells are silent).
   */
  private static final String FRAMED =
      """
      sh -c 'echo $$
        while read -r n; do
          [ "$n" -gt 0 ] || exit 0
          dd bs="$n" count=1 iflag=fullblock || exit 1
        done
        kill -KILL 0' 2>/dev/null | {
        read -r feeder
        (exec "$@")
        code=$?
        kill -PIPE "$feeder" 2>/dev/null
        exit $code
      }
      """;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** How a command gets its input. */
  enum Input {
    /** It has none. */
    NONE,
    /** All that follows, until the channel is closed. */
    RAW,
    /** Pieces with their lengths. */
    FRAMED
  }

  private RemoteShell() {}

  /** What {@link #ENTRY} reads. */
  static byte[] program(Command command, Input input) {
    StringBuilder script = new StringBuilder();
    command
        .directory()
        .ifPresent(it -> script.append("cd ").append(quote(absolute(it))).append(" || exit 126\n"));
    for (Map.Entry<String, String> variable : command.environment().entrySet()) {
      script.append("export ").append(name(variable.getKey()));
      script.append('=').append(quote(variable.getValue())).append('\n');
    }
    List<String> argv = new ArrayList<>();
    if (input == Input.FRAMED) {
      argv.addAll(List.of("sh", "-c", FRAMED, "sh"));
    }
    argv.addAll(command.argv());
    script.append("set --");
    RemoteProcess.announced(argv).forEach(it -> script.append(' ').append(quote(it)));
    script.append("\nexec \"$@\"").append(input == Input.NONE ? " </dev/null" : "");
    byte[] text = script.toString().getBytes(StandardCharsets.UTF_8);
    byte[] head = (text.length + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + text.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(text, 0, all, head.length, text.length);
    return all;
  }

  private static String quote(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }

  private static String absolute(String directory) {
    if (!directory.startsWith("/")) {
      throw new InvalidInputException("the directory '" + directory + "' is not absolute");
    }
    return directory;
  }

  private static String name(String variable) {
    if (!NAME.matcher(variable).matches()) {
      throw new InvalidInputException(
          "a shell cannot set the variable '" + variable + "': use letters, digits and '_'");
    }
    return variable;
  }
}
