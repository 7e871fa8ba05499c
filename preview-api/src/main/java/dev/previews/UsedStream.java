package dev.previews;

import dev.previews.spi.DuplexStream;
import java.io.InputStream;
import java.io.OutputStream;

/** A stream of which every byte, in either direction, is a use. */
final class UsedStream implements DuplexStream {
  private final DuplexStream stream;
  private final InputStream input;
  private final OutputStream output;

  UsedStream(DuplexStream stream, LastUse use) {
    this.stream = stream;
    this.input = new UsedInput(stream.input(), use);
    this.output = new UsedOutput(stream.output(), use);
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() {
    stream.shutdownOutput();
  }

  @Override
  public void close() {
    stream.close();
  }
}
