package dev.previews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.progress.ProgressEvent;
import dev.previews.progress.Step;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
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

  @Test
  void aLineThatWouldBreakIsCut() {
    ConsoleProgress.to(out, 20).on(new ProgressEvent.Output(Step.DEPLOY, "x".repeat(50)));
    assertThat(text()).isEqualTo("\r\u001b[K" + "x".repeat(18) + "…");
  }

  @Test
  void everyKindOfEventIsShown() {
    ConsoleProgress progress = ConsoleProgress.to(out, true);
    progress.on(new ProgressEvent.StepStarted(Step.IMAGES));
    assertThat(text()).endsWith(Step.IMAGES.label() + " …");
    progress.on(new ProgressEvent.ImageSent("app:1", 2, 3, 1_500));
    assertThat(text()).endsWith("sending app:1: 2 layers sent, 3 there already, 1.5 kB");
    progress.on(new ProgressEvent.Output(Step.IMAGES, "a line"));
    assertThat(text()).endsWith("\r\u001b[Ka line");
    progress.on(new ProgressEvent.StepFailed(Step.IMAGES, Duration.ofMillis(12)));
    progress.on(new ProgressEvent.ServiceChanged("web", "healthy"));
    progress.on(new ProgressEvent.UrlOpened("web", 80, URI.create("http://127.0.0.1:8080")));
    progress.on(new ProgressEvent.Notice("look"));
    assertThat(text().lines())
        .contains("  web is healthy", "  web:80  http://127.0.0.1:8080", "! look")
        .anyMatch(line -> line.endsWith("✗ " + Step.IMAGES.label() + " (12 ms)"));
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
