package dev.previews.compose.images;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;

/** The standard streams of a child process that speaks for an engine. */
final class ChildStream implements DuplexStream {
  private final Process process;

  private ChildStream(Process process) {
    this.process = process;
  }

  static ChildStream start(List<String> argv, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(argv).redirectError(Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new ChildStream(builder.start());
  }

  @Override
  public InputStream input() {
    return process.getInputStream();
  }

  @Override
  public OutputStream output() {
    return process.getOutputStream();
  }

  @Override
  public void shutdownOutput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The process is gone: nobody is left to be told.
    }
  }

  /** The process ends of itself, too, when its input does; but a hanging one does not. */
  @Override
  public void close() {
    process.destroy();
  }
}
