package dev.previews.progress;

import java.net.URI;
import java.time.Duration;

/**
 * Something that happened while an environment was worked on. Listeners ignore the kinds that they
 * do not know.
 */
public interface ProgressEvent {

  /** A step began. */
  record StepStarted(Step step) implements ProgressEvent {}

  /** A step ended well, after {@code took}. */
  record StepFinished(Step step, Duration took) implements ProgressEvent {}

  /** A step failed, after {@code took}; the exception that is thrown tells why. */
  record StepFailed(Step step, Duration took) implements ProgressEvent {}

  /**
   * How far the copying of files is; the last one has {@code files == totalFiles}. Bytes are those
   * of file contents.
   *
   * @param removed files that went at the far end because they went here
   */
  record FilesCopied(int files, int totalFiles, long bytes, long totalBytes, int removed)
      implements ProgressEvent {}

  /**
   * How far the sending of one image is.
   *
   * @param layersSent layers that went over so far
   * @param layersPresent layers that the machine had already
   * @param bytes bytes sent so far
   */
  record ImageSent(String image, int layersSent, int layersPresent, long bytes)
      implements ProgressEvent {}

  /** A line that a tool printed: of a build, a pull, or of Compose. */
  record Output(Step step, String line) implements ProgressEvent {}

  /**
   * What a service is doing now, in the engine's own words ("running", "healthy", "exited (0)").
   */
  record ServiceChanged(String service, String state) implements ProgressEvent {}

  /** A service can be reached at this URL. */
  record UrlOpened(String service, int port, URI url) implements ProgressEvent {}

  /**
   * Something that the user should know and that did not stop the work (a bind mount left alone, a
   * socket not copied).
   */
  record Notice(String text) implements ProgressEvent {}
}
