package dev.previews.testkit;

import dev.previews.spi.Connection;
import dev.previews.spi.Driver;

/**
 * What a {@link Driver} and its {@link Connection}s promise of a machine that lives: all of {@link
 * DriverContract} but what kills the machine. Extend it for a machine that others use as well; a
 * driver has to pass {@link DriverContract} somewhere.
 *
 * <p>The machine's tools may be busybox's; it needs busybox's {@code nc}, or Perl.
 */
public abstract class LiveMachineContract extends MachineContract {
  /** Makes the contract's tests. */
  protected LiveMachineContract() {}
}
