package dev.previews.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;

/**
 * The messages of a container's log, as the engine keeps them, each whole: docker-java gives them
 * out in pieces of at most 1 KiB, and shorter ones as they arrive, without saying which belong
 * together. A terminal's log has no messages, but bytes in any pieces. For one thread; closing it
 * from another one ends its reading.
 */
public final class ContainerMessages implements AutoCloseable {
  /** The engine cuts lines after 16 KiB, and puts a time before each. */
  private static final int LONGEST = 1 << 20;

  private final PushbackInputStream input;
  private final Runnable release;
  private final byte[] buffer = new byte[8 * 1024];
  private boolean begun;
  private boolean terminal;
  private boolean error;

  ContainerMessages(InputStream body, Runnable release) {
    this.input = new PushbackInputStream(body);
    this.release = release;
  }

  /**
   * The next message, or the next bytes of a terminal; empty at the end.
   *
   * @throws IOException when the log breaks off within a message
   */
  public byte[] next() throws IOException {
    if (!begun) {
      int first = input.read();
      if (first < 0) {
        return new byte[0];
      }
      input.unread(first);
      terminal = first > 2; // else it is the number of an output
      begun = true;
    }
    return terminal ? some() : message();
  }

  private byte[] some() throws IOException {
    int count = input.read(buffer);
    return Arrays.copyOf(buffer, Math.max(0, count));
  }

  private byte[] message() throws IOException {
    int length = 0;
    while (length == 0) {
      byte[] header = input.readNBytes(FrameHeader.BYTES);
      if (header.length == 0) {
        return header;
      }
      FrameHeader frame = FrameHeader.of(header);
      error = frame.isError();
      length = frame.length();
    }
    if (length > LONGEST) {
      throw new IOException("a message of the log has " + length + " bytes");
    }
    byte[] message = input.readNBytes(length);
    if (message.length < length) {
      throw new HungUpException();
    }
    return message;
  }

  /** Whether the last message was printed to standard error. */
  public boolean isError() {
    return error;
  }

  /** Whether what comes are pieces of a terminal's output. */
  public boolean isTerminal() {
    return terminal;
  }

  @Override
  public void close() {
    release.run();
  }
}
