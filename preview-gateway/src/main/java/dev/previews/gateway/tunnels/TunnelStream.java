package dev.previews.gateway.tunnels;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A duplex stream of bytes to a service, with flow control both ways and half-close. Its methods
 * may be called from any thread, and none of them blocks.
 */
public interface TunnelStream {
  /**
   * Sends bytes; one call at a time.
   *
   * @param done is called once, when they are sent and the next may follow, or with why not
   */
  void write(byte[] bytes, int length, Consumer<@Nullable Throwable> done);

  /** Says that received bytes were used, so that as many more may come. */
  void consumed(int bytes);

  /** Sends the end of our direction; the other one goes on. */
  void endOutput();

  /** Ends both directions. Closing twice is harmless. */
  void close();

  /** What happens on a stream; called by one thread at a time, in order. */
  interface Listener {
    /** It is open: bytes may be sent. */
    void opened();

    /** It could not be opened. */
    void refused(String reason);

    /** Bytes came; they are the listener's only until it returns. */
    void received(byte[] bytes, int offset, int length);

    /** The other side sends no more. */
    void ended();

    /** It is closed in both directions. */
    void closed();
  }
}
