package dev.previews.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command can be ended where the carrier has no signals: it tells its process id before it
 * becomes the command, and a second command ends the whole session of that process.
 *
 * <pre>{@code
 * OutputStream stdout = new AnnouncedOutput(command.stdout(), process -> …);
 * OutputStream stderr = new AnnouncedOutput(command.stderr(), process -> …);
 * start(RemoteProcess.announced(argv));  // both outputs begin with a line that is not the command's
 * start(process.kill());                 // SIGTERM, and SIGKILL after 2 seconds
 * }</pre>
 *
 * Both need {@code sh} at the far end; busybox's is enough. No file is written there, and arguments
 * are passed on as they are. The line is in both outputs because carriers do not keep their order;
 * whichever comes first, the process is known before the command can read or write. What leaves the
 * session of its own will ({@code setsid}) is out of reach.
 *
 * @param pid the process's id at the far end
 * @param session the session's id at the far end
 */
public record RemoteProcess(long pid, long session) {
  private static final String MARK = "dev.previews.process";
  private static final Pattern LINE = Pattern.compile(MARK + " (\\d{1,18}) (\\d{1,18})\r?");

  // Of /proc/<pid>/stat the sixth field is the session; the shell's own name holds no space.
  private static final String ANNOUNCE =
      """
      s=$$
      if read -r a b c d e f g 2>/dev/null </proc/$$/stat && [ "$f" -gt 0 ]; then s=$f; fi
      echo "$0 $$ $s" >&2
      echo "$0 $$ $s"
      exec "$@"
      """;

  // The members of the session that are not yet dead, from what follows the last ')' of their stat:
  // state, parent, group, session. The killer itself runs in another session.
  private static final String KILL =
      """
      members() {
        for f in /proc/[0-9]*/stat; do
          { read -r l <"$f"; } 2>/dev/null || continue
          p=${f#/proc/}; p=${p%/stat}
          set -- ${l##*) }
          if [ "$4" = "$session" ] && [ "$1" != Z ] && [ "$1" != X ]; then echo "$p"; fi
        done
      }
      session=$1
      if [ ! -r /proc/self/stat ]; then
        kill -TERM -- "-$session" 2>/dev/null || exit 0
        sleep 2
        kill -KILL -- "-$session" 2>/dev/null
        exit 0
      fi
      all=$(members)
      if [ -z "$all" ]; then exit 0; fi
      kill -TERM $all 2>/dev/null
      kill -CONT $all 2>/dev/null
      i=0
      while [ $i -lt 20 ]; do
        if [ -z "$(members)" ]; then exit 0; fi
        sleep 0.1 2>/dev/null || { sleep 1; i=$((i + 9)); }
        i=$((i + 1))
      done
      while all=$(members) && [ -n "$all" ] && [ $i -lt 40 ]; do
        kill -KILL $all 2>/dev/null
        sleep 0.1 2>/dev/null || sleep 1
        i=$((i + 1))
      done
      """;

  /** The same command, which first writes one line to each of its outputs. */
  public static List<String> announced(List<String> argv) {
    List<String> wrapped = new ArrayList<>(List.of("sh", "-c", ANNOUNCE, MARK));
    wrapped.addAll(argv);
    return List.copyOf(wrapped);
  }

  /**
   * What the first line of an announced command's standard error says; empty for any other line.
   */
  public static Optional<RemoteProcess> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    return matcher.matches()
        ? Optional.of(
            new RemoteProcess(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  /**
   * The command that ends the process and all of its session: SIGTERM, then SIGKILL to what is left
   * after 2 seconds. It returns when they are gone, at most 4 seconds later. To be run by the same
   * user at the same far end.
   */
  public List<String> kill() {
    return List.of("sh", "-c", KILL, MARK, Long.toString(session));
  }
}
