package dev.previews.ssh.vm;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import dev.previews.spi.Context;
import dev.previews.spi.MachineSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes machines that are reached by SSH: one for each environment. What a cloud's driver
 * implements; logging in, Docker, customisation and replacement are done for it. Thread-safe.
 *
 * <p>Every object that it makes carries {@link dev.previews.spi.Labels} from its first moment. All
 * methods throw {@link dev.previews.error.ConnectionException} when the cloud cannot be reached.
 */
public interface MachineProvider extends AutoCloseable {
  /** The scheme of its driver, as {@code docker-vm}. */
  String name();

  /**
   * What machines are made with, by name, as the user may read it: {@code size=small}. A machine
   * that was made with other settings is replaced, and the user is told which ones changed.
   */
  Map<String, String> settings();

  /**
   * Makes the environment's machine, or starts the one that is there, and returns when its sshd is
   * on its way. Idempotent; safe to repeat after a crash at any point, and from several processes
   * at once.
   *
   * @param settings to be found again in {@link VirtualMachine#settings}
   * @param snapshot the name of a snapshot to start from; empty for the bare image
   * @throws dev.previews.error.OwnershipException when a machine of the needed name belongs to
   *     somebody else
   */
  VirtualMachine create(
      MachineSpec spec, Map<String, String> settings, Optional<String> snapshot, Context call);

  /**
   * The environment's machine, in whatever state, or what {@link #delete} kept of it; empty when
   * there is neither.
   */
  Optional<VirtualMachine> find(EnvironmentId id, Context call);

  /** All machines that this provider made, in whatever state, and what was kept of others. */
  List<VirtualMachine> list(Context call);

  /**
   * Removes the machine, and waits until it is gone; harmless when there is none.
   *
   * @param volumes whether the data of its engine goes too, where it is on a disk of its own
   */
  void delete(EnvironmentId id, VolumePolicy volumes, Context call);

  /** The names of the snapshots that there are. */
  List<String> snapshots(Context call);

  /**
   * Saves a machine as it is, so that others start from it. May be called for the same name again.
   *
   * @param name letters, digits and dashes
   */
  void snapshot(VirtualMachine machine, String name, Context call);

  /** Releases what is held in this JVM; machines stay. */
  @Override
  void close();
}
