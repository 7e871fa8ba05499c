package dev.previews.ssh.vm;

import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Environments with a machine of their own each. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * Vms.vms(call -> new MyCloud(…)).customise("apt-get install -y postgresql-client").snapshots()
 * }</pre>
 */
public final class Vms implements DriverConfig {
  private final Function<Context, MachineProvider> provider;
  private final List<String> scripts;
  private final boolean snapshots;
  private final boolean install;

  private Vms(
      Function<Context, MachineProvider> provider,
      List<String> scripts,
      boolean snapshots,
      boolean install) {
    this.provider = provider;
    this.scripts = scripts;
    this.snapshots = snapshots;
    this.install = install;
  }

  /** Machines of this provider, which is opened with the driver and closed with it. */
  public static Vms vms(Function<Context, MachineProvider> provider) {
    return new Vms(provider, List.of(), false, true);
  }

  /**
   * The same where this shell script is run, as root, once on each new machine; several in their
   * order. A machine that was made with other scripts is replaced.
   */
  public Vms customise(String script) {
    List<String> more = new ArrayList<>(scripts);
    more.add(script);
    return new Vms(provider, List.copyOf(more), snapshots, install);
  }

  /**
   * The same where a machine that was customised is saved, once; later ones with the same settings
   * start from that and need no customisation.
   */
  public Vms snapshots() {
    return new Vms(provider, scripts, true, install);
  }

  @Override
  public Driver open(Context call) {
    return new VmDriver(provider.apply(call), scripts, snapshots, install);
  }

  @Override
  public String toString() {
    return "machines of their own";
  }
}
