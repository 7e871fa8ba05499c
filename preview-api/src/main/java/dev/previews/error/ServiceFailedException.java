package dev.previews.error;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A service of the Compose project did not become ready; the evidence is its last log lines. */
public class ServiceFailedException extends PreviewException {
  private static final long serialVersionUID = 1L;

  private final String service;
  private final @Nullable Integer exitCode;

  /**
   * A service that failed.
   *
   * @param service the name of the service in the Compose file
   * @param exitCode what it exited with; null while it runs (an unhealthy one, say)
   * @param reason what happened, as the end of a sentence that begins with the service's name
   * @param log its last log lines
   */
  public ServiceFailedException(
      String service, @Nullable Integer exitCode, String reason, String log) {
    super("service '" + service + "' " + reason, log, null);
    this.service = service;
    this.exitCode = exitCode;
  }

  /** The name of the service in the Compose file. */
  public String service() {
    return service;
  }

  /** What it exited with; empty while it runs. */
  public OptionalInt exitCode() {
    return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
  }
}
