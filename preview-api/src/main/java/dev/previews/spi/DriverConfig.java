package dev.previews.spi;

/**
 * A place where environments live, described but not opened: what {@code docker()} and {@code
 * kube()} return. Immutable.
 */
@FunctionalInterface
public interface DriverConfig {
  /**
   * Opens the place; the caller closes it. Creates nothing there.
   *
   * @throws dev.previews.error.InvalidInputException when the description is wrong
   * @throws dev.previews.error.ConnectionException when the place cannot be reached
   */
  Driver open(Context context);
}
