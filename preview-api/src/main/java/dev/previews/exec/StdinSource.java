package dev.previews.exec;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes what a command reads; {@code inputStream::transferTo} is one. The end of the call is the
 * end of the input.
 */
@FunctionalInterface
public interface StdinSource {
  /**
   * Writes everything to {@code stdin}, which blocks while the command does not read. Called once,
   * on a thread of the connection. Need neither flush nor close. An exception that is thrown here
   * cancels the command and becomes the cause of its failure.
   */
  void writeTo(OutputStream stdin) throws IOException;
}
