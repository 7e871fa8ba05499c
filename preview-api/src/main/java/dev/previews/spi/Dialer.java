package dev.previews.spi;

import java.io.IOException;
import java.net.SocketAddress;

/** Opens streams to one place. */
@FunctionalInterface
public interface Dialer {
  /** Opens a stream; the caller closes it. */
  DuplexStream dial() throws IOException;

  /**
   * A dialer of plain sockets, without Nagle's delay.
   *
   * @param address a Unix socket's ({@link java.net.UnixDomainSocketAddress}), or a TCP address,
   *     whose name is looked up again for each stream if it is unresolved
   */
  static Dialer to(SocketAddress address) {
    return () -> SocketStream.connect(address);
  }
}
