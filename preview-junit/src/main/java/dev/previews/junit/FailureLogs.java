package dev.previews.junit;

import dev.previews.Preview;
import dev.previews.environment.LogLine;
import dev.previews.environment.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.MediaType;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * What the services printed while a test ran that failed: all of it in a file of the report, the
 * last lines on the standard output.
 */
final class FailureLogs {
  /** The lines carry the engine's time, which may be a little behind ours. */
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);

  private static final int LINES_PRINTED = 40;
  private static final int LONGEST_NAME = 150;
  private static final String FILE = "preview-services.log";

  private final Preview preview;
  private final Instant from;

  FailureLogs(Preview preview, Instant began) {
    this.preview = preview;
    this.from = began.minus(CLOCKS_DIFFER);
  }

  static boolean areWanted(ExtensionContext context) {
    return context
        .getExecutionException()
        .filter(failure -> !(failure instanceof TestAbortedException))
        .isPresent();
  }

  /** Never throws: the test has failed already, and for another reason. */
  void report(ExtensionContext context) {
    StringBuilder file = new StringBuilder();
    StringBuilder printed = new StringBuilder();
    for (String service : services(printed)) {
      try {
        add(service, file, printed);
      } catch (RuntimeException e) {
        printed.append("the logs of ").append(service).append(" cannot be read: ");
        printed.append(e.getMessage()).append('\n');
      }
    }
    System.out.println(
        "Environment "
            + preview.id()
            + " while "
            + nameOf(context)
            + " failed:\n"
            + printed.toString().strip());
    try {
      publish(context, file.toString());
    } catch (IOException | RuntimeException e) {
      System.out.println("the services' logs cannot be written to a file: " + e);
    }
  }

  private static String nameOf(ExtensionContext context) {
    String testClass = context.getRequiredTestClass().getName();
    return context.getTestMethod().isPresent()
        ? testClass + " " + context.getDisplayName()
        : testClass;
  }

  private List<String> services(StringBuilder printed) {
    try {
      return preview.services().stream().map(Service::name).toList();
    } catch (RuntimeException e) {
      printed.append("the services cannot be asked: ").append(e.getMessage()).append('\n');
      return List.of();
    }
  }

  private void add(String service, StringBuilder file, StringBuilder printed) {
    List<LogLine> lines;
    try (Stream<LogLine> log = preview.logs(service, false)) {
      lines = log.filter(line -> !line.time().isBefore(from)).toList();
    }
    for (LogLine line : lines) {
      file.append(line.time()).append(' ').append(line.container()).append(' ');
      file.append(line.stderr() ? "! " : "| ").append(line.text()).append('\n');
    }
    int skipped = Math.max(0, lines.size() - LINES_PRINTED);
    if (skipped > 0) {
      printed.append("  ").append(service).append(" … ").append(skipped).append(" lines before\n");
    }
    lines.stream()
        .skip(skipped)
        .forEach(
            line ->
                printed
                    .append("  ")
                    .append(service)
                    .append(" | ")
                    .append(line.text())
                    .append('\n'));
  }

  private void publish(ExtensionContext context, String text) throws IOException {
    try {
      context.publishFile(FILE, MediaType.TEXT_PLAIN_UTF_8, file -> write(file, text));
    } catch (LinkageError e) {
      // JUnit before 5.14 has no such file.
      Path directory = Files.createDirectories(Path.of("target", "preview-logs"));
      String test = nameOf(context).replaceAll("[^\\w.-]", "_");
      Path file =
          directory.resolve(
              test.substring(0, Math.min(test.length(), LONGEST_NAME))
                  + "-"
                  + preview.id()
                  + ".log");
      Files.writeString(file, text);
      System.out.println("the services' logs are in " + file);
    }
  }

  /** A test that uses several environments has one file of them all. */
  private void write(Path file, String text) throws IOException {
    Files.writeString(
        file,
        "environment " + preview.id() + "\n" + text,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
