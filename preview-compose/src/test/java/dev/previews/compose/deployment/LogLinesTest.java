package dev.previews.compose.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.environment.LogLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static final String TIME = "2026-11-25T12:34:56.123456789Z ";

  private final List<LogLine> given = new ArrayList<>();
  private final LogLines lines = new LogLines("box", given::add);

  @Test
  void aLineIsMadeOfItsParts() {
    message(TIME + "a long", false);
    message(TIME + "an error\n", true);
    message(TIME + " line\r\n", false);
    message(TIME + "\n", false);
    message(TIME + "no end", false);
    lines.end();
    assertThat(given)
        .extracting(LogLine::text)
        .containsExactly("an error", "a long line", "", "no end");
    assertThat(given).extracting(LogLine::stderr).containsExactly(true, false, false, false);
    assertThat(given).allMatch(it -> it.time().equals(Instant.parse(TIME.strip())));
  }

  @Test
  void aTerminalsLinesComeInAnyPieces() {
    String part = part();
    byte[] shown =
        (TIME + "short\r\n" + TIME + part + TIME + part + TIME + "rest\r\n" + TIME + "no end")
            .getBytes(UTF_8);
    for (int most : new int[] {1, 1000, shown.length}) {
      given.clear();
      for (int from = 0; from < shown.length; from += most) {
        lines.terminal(Arrays.copyOfRange(shown, from, Math.min(shown.length, from + most)));
      }
      lines.end();
      assertThat(given)
          .extracting(LogLine::text)
          .containsExactly("short", part + part + "rest", "no end");
      assertThat(given).allMatch(it -> it.time().equals(Instant.parse(TIME.strip())));
    }
  }

  @Test
  void aTerminalThatEndsNoLineFillsNoMemory() {
    byte[] bar = "\r#######".getBytes(UTF_8);
    for (int i = 0; i < 300_000; i++) {
      lines.terminal(bar);
    }
    assertThat(given).hasSize(2);
  }

  /** As many bytes as the engine puts into one part. */
  private static String part() {
    StringBuilder part = new StringBuilder();
    while (part.length() < 16 * 1024) {
      part.append("a word ");
    }
    return part.substring(0, 16 * 1024);
  }

  private void message(String text, boolean stderr) {
    lines.message(text.getBytes(UTF_8), stderr);
  }
}
