package dev.previews.spi;

import java.net.URI;

/** Makes a kind of secret store known by name. Found by {@link java.util.ServiceLoader}. */
public interface SecretStoreProvider {
  /** The scheme of the addresses that it understands. */
  String scheme();

  /**
   * Opens a store; the caller closes it.
   *
   * @throws dev.previews.error.InvalidInputException when the address is wrong, naming the part
   *     that is
   */
  SecretStore open(URI address, Context context);
}
