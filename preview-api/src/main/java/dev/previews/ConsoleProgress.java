package dev.previews;

import dev.previews.progress.ProgressEvent;
import dev.previews.progress.ProgressListener;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows progress to people: one line for each step, with a bar that moves on a terminal, plain
 * lines elsewhere.
 *
 * <pre>{@code
 * Previews.builder().progress(ConsoleProgress.create())
 * }</pre>
 */
public final class ConsoleProgress implements ProgressListener {
  private static final int BAR = 24;
  private static final int WIDTH = 80;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final int columns;
  private boolean lineOpen;

  private ConsoleProgress(PrintStream out, int columns) {
    this.out = out;
    this.columns = columns;
  }

  /**
   * Writes to standard error; draws bars when that looks like a terminal: a console, and a {@code
   * TERM} other than {@code dumb}.
   */
  public static ConsoleProgress create() {
    String term = System.getenv().getOrDefault("TERM", "dumb");
    return to(System.err, isInteractive() && !term.equals("dumb"));
  }

  /**
   * Writes to a stream, which is not closed.
   *
   * @param terminal whether it understands ANSI escape sequences
   */
  public static ConsoleProgress to(PrintStream out, boolean terminal) {
    return to(out, terminal ? WIDTH : 0);
  }

  /**
   * Writes to a stream, which is not closed: a terminal that this JVM cannot see, as from jshell.
   *
   * @param columns how wide a terminal it is that understands ANSI escape sequences; 0 when it is
   *     none
   */
  public static ConsoleProgress to(PrintStream out, int columns) {
    return new ConsoleProgress(out, columns);
  }

  @Override
  public void on(ProgressEvent event) {
    if (event instanceof ProgressEvent.StepStarted started) {
      passing(started.step().label() + " …");
    } else if (event instanceof ProgressEvent.StepFinished finished) {
      lasting("✓ " + finished.step().label() + " (" + text(finished.took()) + ")");
    } else if (event instanceof ProgressEvent.StepFailed failed) {
      lasting("✗ " + failed.step().label() + " (" + text(failed.took()) + ")");
    } else if (event instanceof ProgressEvent.FilesCopied copied) {
      copied(copied);
    } else if (event instanceof ProgressEvent.ImageSent sent) {
      String line =
          "sending "
              + sent.image()
              + ": "
              + sent.layersSent()
              + " layers sent, "
              + sent.layersPresent()
              + " there already, "
              + bytes(sent.bytes());
      passing(line);
    } else if (event instanceof ProgressEvent.Output output) {
      if (columns > 0) {
        passing(output.line());
      } else {
        lasting("  | " + output.line());
      }
    } else if (event instanceof ProgressEvent.ServiceChanged changed) {
      lasting("  " + changed.service() + " is " + changed.state());
    } else if (event instanceof ProgressEvent.UrlOpened opened) {
      lasting("  " + opened.service() + ":" + opened.port() + "  " + opened.url());
    } else if (event instanceof ProgressEvent.Notice notice) {
      lasting("! " + notice.text());
    }
  }

  private void copied(ProgressEvent.FilesCopied copied) {
    String figures =
        copied.files()
            + "/"
            + copied.totalFiles()
            + " files, "
            + bytes(copied.bytes())
            + "/"
            + bytes(copied.totalBytes());
    if (copied.files() < copied.totalFiles()) {
      passing(bar(copied.bytes(), copied.totalBytes()) + " " + figures);
    } else {
      lasting(
          "  copied " + figures + (copied.removed() == 0 ? "" : ", removed " + copied.removed()));
    }
  }

  /** What the next line may take the place of; elsewhere than on a terminal it is not shown. */
  private void passing(String line) {
    if (columns > 0) {
      out.print(CLEAR_LINE + shortened(line));
      out.flush();
      lineOpen = true;
    }
  }

  /** A line that breaks could not be taken back; the last column makes some terminals break it. */
  private String shortened(String line) {
    int most = columns - 1;
    return line.length() > most ? line.substring(0, Math.max(0, most - 1)) + "…" : line;
  }

  private void lasting(String line) {
    out.println((lineOpen ? CLEAR_LINE : "") + line);
    out.flush();
    lineOpen = false;
  }

  private static String bar(long done, long total) {
    int filled = total == 0 ? BAR : (int) (BAR * Math.min(done, total) / total);
    return "[" + "█".repeat(filled) + "░".repeat(BAR - filled) + "]";
  }

  private static String text(Duration duration) {
    return duration.toMillis() < 1000
        ? duration.toMillis() + " ms"
        : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  private static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    String unit = "B";
    for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
      if (value < 1000) {
        break;
      }
      value /= 1000;
      unit = next;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, unit);
  }

  @SuppressWarnings("SystemConsoleNull") // null before JDK 22, isTerminal() from then on
  private static boolean isInteractive() {
    Object console = System.console();
    if (console == null) {
      return false;
    }
    try { // from JDK 22 there always is a console, and this method tells
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException beforeJdk22) {
      return true;
    }
  }
}
