package dev.previews.spi;

import java.net.URI;

/** Makes a kind of tunnel known by name. Found by {@link java.util.ServiceLoader}. */
public interface TunnelProvider {
  /** The scheme of the addresses that it understands. */
  String scheme();

  /**
   * Reads an address.
   *
   * @throws dev.previews.error.InvalidInputException when it is wrong, naming the part that is
   */
  TunnelConfig parse(URI address);
}
