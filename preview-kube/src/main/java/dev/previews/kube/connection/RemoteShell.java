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

  /** What fits into a pipe at once. */
  static final int BLOCK = 64 * 1024;

  /** After how many pieces it pays to start a program that puts all others together. */
  private static final int FEW = 8;

  private static final String JOINER =
      PerlPieces.FUNCTIONS + "exit(pieces(sub { put(*STDOUT, $_[0]) }) ? 0 : 1);";

  /**
   * Runs a command whose input comes in pieces, each after a line with its length; a length of 0 is
   * the end. So the end arrives whatever the protocol, and an input that breaks off without it
   * kills the command: a half file must not look like a whole one. When the command has ended, that
   * is said on standard error, and the rest of the input is read until its end: a server that
   * closes a socket with unread input resets it, and the exit code is lost.
   *
   * <p>Each of the first pieces is a {@code dd}: one of whole blocks is passed on while it arrives,
   * what is not is read first. Where there is Perl it takes the pieces after these: Debian's {@code
   * dd} costs a piece of 1 MiB more time than its bytes do. Busybox, where there is none, starts
   * its own faster.
   */
  static final String FRAMED =
      """
      sh -c 'i=0
        while read -r n; do
          [ "$n" -gt 0 ] || exit 0
          if [ $((n %% %1$d)) = 0 ]; then dd bs=%1$d count=$((n / %1$d)) iflag=fullblock
          else dd bs="$n" count=1 iflag=fullblock; fi
          i=$((i + 1))
          if [ $i = %2$d ] && perl -e 1; then
            perl -e "$0" && exit 0
            break
          fi
        done
        kill -KILL 0' '%3$s' 2>/dev/null | {
        (exec "$@")
        code=$?
        echo "$0" >&2
        cat >/dev/null
        exit $code
      }
      """
          .formatted(BLOCK, FEW, JOINER);

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private RemoteShell() {}

  /** How a command gets its input. */
  enum Input {
    /** It has none. */
    NONE,
    /** In pieces, which are put together for it. */
    JOINED,
    /** In pieces, which it puts together itself; it also says itself when it has ended. */
    PIECES
  }

  /**
   * What {@link #ENTRY} reads.
   *
   * @param endMark the line on standard error that tells that a command with input has ended
   */
  static byte[] program(Command command, Input input, String endMark) {
    StringBuilder script = new StringBuilder();
    command
        .directory()
        .ifPresent(it -> script.append("cd ").append(quote(absolute(it))).append(" || exit 126\n"));
    for (Map.Entry<String, String> variable : command.environment().entrySet()) {
      script.append("export ").append(name(variable.getKey()));
      script.append('=').append(quote(variable.getValue())).append('\n');
    }
    List<String> argv = new ArrayList<>();
    if (input == Input.JOINED) {
      argv.addAll(List.of("sh", "-c", FRAMED, endMark));
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
