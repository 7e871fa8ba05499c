package dev.previews.spi;

import java.net.URI;

/** Makes a driver known by name. Found by {@link java.util.ServiceLoader}. */
public interface DriverProvider {
  /**
   * The scheme of the addresses that it understands: {@code docker} for {@code docker:} and {@code
   * docker://…}.
   */
  String scheme();

  /**
   * Reads an address.
   *
   * @throws dev.previews.error.InvalidInputException when it is wrong, naming the part that is
   */
  DriverConfig parse(URI address);
}
