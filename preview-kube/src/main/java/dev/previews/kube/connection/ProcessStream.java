package dev.previews.kube.connection;

import dev.previews.spi.DuplexStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream that is a command's input and output. Each direction ends on its own. */
final class ProcessStream implements DuplexStream {
  private static final Logger log = LoggerFactory.getLogger(ProcessStream.class);
  private static final int MOST_EVIDENCE = 4096;

  private final PodProcess process;
  private final InputStream input = new Input();

  ProcessStream(PodProcess process) {
    this.process = process;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return process.input();
  }

  @Override
  public void shutdownOutput() {
    try {
      process.finishInput();
    } catch (IOException e) {
      log.debug("nobody is left to be told of the end: {}", e.toString());
    }
  }

  @Override
  public void close() {
    process.close();
  }

  private final class Input extends PartInput {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    @Override
    byte @Nullable [] next() throws IOException {
      while (true) {
        Frame part = process.next();
        if (part == null) {
          ExitStatus status = process.status();
          if (status.code().orElse(-1) != 0) {
            throw new IOException(
                "the stream's command failed: "
                    + (stderr.size() == 0
                        ? status.message()
                        : stderr.toString(StandardCharsets.UTF_8).strip()));
          }
          return null;
        }
        if (part.channel() == PodProcess.STDOUT) {
          return part.data();
        }
        if (stderr.size() < MOST_EVIDENCE) {
          stderr.writeBytes(part.data());
        }
      }
    }

    @Override
    public void close() {
      ProcessStream.this.close();
    }
  }
}
