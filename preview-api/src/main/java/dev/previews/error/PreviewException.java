package dev.previews.error;

import dev.previews.progress.Step;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every failure that this library reports.
 *
 * <p>The message says what failed, on which object, and what to do about it; {@link #evidence()} is
 * what the remote side said (last output, log lines, events). No message, evidence or {@code
 * toString} holds a secret.
 */
public class PreviewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String evidence;
  private @Nullable Step step;

  /** A failure with nothing more to show than its message. */
  public PreviewException(String message) {
    this(message, "", null);
  }

  /** A failure with a cause. */
  public PreviewException(String message, @Nullable Throwable cause) {
    this(message, "", cause);
  }

  /**
   * A failure with remote evidence.
   *
   * @param message what failed, on which object, and what to do
   * @param evidence what the remote side said, may span lines; empty when there is none
   * @param cause the cause, or null
   */
  public PreviewException(String message, String evidence, @Nullable Throwable cause) {
    super(message, cause);
    this.evidence = evidence.strip();
  }

  /** What the remote side said: last output, log lines or events; empty when there is nothing. */
  public String evidence() {
    return evidence;
  }

  /** The step of {@code up} that failed, when one did. */
  public Optional<Step> step() {
    return Optional.ofNullable(step);
  }

  /** Notes the step that failed; the first one noted stays. */
  public void atStep(Step failed) {
    if (step == null) {
      step = failed;
    }
  }

  @Override
  public String getMessage() {
    StringBuilder text = new StringBuilder();
    if (step != null) {
      text.append(step.label()).append(" failed: ");
    }
    text.append(super.getMessage());
    if (!evidence.isEmpty()) {
      text.append("\n  ").append(evidence.replace("\n", "\n  "));
    }
    return text.toString();
  }
}
