package dev.previews.ssh.connection;

import dev.previews.error.InvalidInputException;
import dev.previews.exec.Command;
import dev.previews.spi.RemoteProcess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a command gets to a host: SSH hands one string to the user's login shell, whichever that is.
 * The string is constant and means the same to all of them; the command follows as input. So its
 * environment is in no process list, and it may be as long as it likes.
 */
final class RemoteShell {
  /** Reads a length, then a script of that many bytes and not one more, and runs it. */
  private static final String READ =
      "sh -c 'read -r n && s=$(dd bs=\"$n\" count=1 iflag=fullblock 2>/dev/null) && eval \"$s\"'";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private RemoteShell() {}

  /** What is started. */
  static String entry(boolean sudo) {
    return sudo ? "exec sudo -n -- " + READ : "exec " + READ;
  }

  /** A command line for the login shell. */
  static String line(boolean sudo, List<String> argv) {
    StringBuilder line = new StringBuilder(sudo ? "exec sudo -n --" : "exec");
    argv.forEach(it -> line.append(' ').append(quote(it)));
    return line.toString();
  }

  /** What {@link #entry} reads before the command's own input. */
  static byte[] program(Command command) {
    StringBuilder script = new StringBuilder();
    command
        .directory()
        .ifPresent(it -> script.append("cd ").append(quote(absolute(it))).append(" || exit 126\n"));
    for (Map.Entry<String, String> variable : command.environment().entrySet()) {
      script.append("export ").append(name(variable.getKey()));
      script.append('=').append(quote(variable.getValue())).append('\n');
    }
    script.append("set --");
    RemoteProcess.announced(command.argv()).forEach(it -> script.append(' ').append(quote(it)));
    script.append("\nexec \"$@\"");
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
