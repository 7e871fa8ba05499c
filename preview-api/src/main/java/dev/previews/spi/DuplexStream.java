package dev.previews.spi;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * One byte stream in each direction. Reading and writing may go on in two threads. A stream that
 * was lost fails in both directions; it does not end as if the peer had finished.
 */
public interface DuplexStream extends AutoCloseable {
  /** What the peer sends; its end is the peer's end of output. */
  InputStream input();

  /**
   * What is sent to the peer. Unbuffered, or flushed by {@code flush}. Blocks while the peer does
   * not read.
   */
  OutputStream output();

  /**
   * Tells the peer that nothing more comes, where the carrier can; the other direction stays open.
   * Harmless twice.
   */
  void shutdownOutput();

  /**
   * Closes both directions at once, also under a thread that reads or writes. Closing twice is
   * harmless.
   */
  @Override
  void close();
}
