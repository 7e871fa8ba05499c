package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

  @Test
  void elsewhereThanOnATerminalItPrintsPlainLines() {
    show(ConsoleProgress.to(out, false));
    assertThat(text())
        .doesNotContain("\u001b", "\r")
        .contains("copied 2/2 files, 4.0 MB/4.0 MB, removed 1")
        .contains("✓ copying files (1.5 s)");
  }

  @Test
  void onATerminalItDrawsABarThatTheNextLineReplaces() {
    show(ConsoleProgress.to(out, true));
    assertThat(text())
        .contains("[████████████░░░░░░░░░░░░] 1/2 files, 2.0 MB/4.0 MB")
        .contains("\r\u001b[K  copied 2/2 files");
  }

  private static void show(ConsoleProgress progress) {
    progress.on(new ProgressEvent.StepStarted(Step.FILES));
    progress.on(new ProgressEvent.FilesCopied(1, 2, 2_000_000, 4_000_000, 0));
    progress.on(new ProgressEvent.FilesCopied(2, 2, 4_000_000, 4_000_000, 1));
    progress.on(new ProgressEvent.StepFinished(Step.FILES, Duration.ofMillis(1500)));
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
