package dev.previews.spi;

import java.io.IOException;

/** Opens streams to one place. */
@FunctionalInterface
public interface Dialer {
  /** Opens a stream; the caller closes it. */
  DuplexStream dial() throws IOException;
}
