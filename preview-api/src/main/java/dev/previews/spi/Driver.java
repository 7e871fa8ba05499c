package dev.previews.spi;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.VolumePolicy;
import java.util.List;
import java.util.Optional;

/**
 * A place where environments live, opened. Thread-safe. Every object that it creates carries {@link
 * Labels} from its first moment; it takes over and deletes nothing that does not.
 *
 * <p>Beside what each method names, all throw {@link dev.previews.error.ConnectionException} when
 * the place cannot be reached and {@link dev.previews.error.DeadlineException} when the context's
 * deadline passes.
 */
public interface Driver extends AutoCloseable {
  /**
   * Finds, creates, mends or replaces the environment's machine, and waits until its engine
   * answers. Idempotent; safe to repeat after a crash at any point, and to call from several
   * processes at once: all get the same machine.
   *
   * @throws dev.previews.error.InvalidInputException when the spec asks for what this driver does
   *     not have, before anything is created
   * @throws dev.previews.error.OwnershipException when an object of the needed name belongs to
   *     somebody else
   */
  Machine ensure(MachineSpec spec, Context context);

  /**
   * The environment's machine, in whatever state; empty when there is none. Of one that is down,
   * kept data is a machine that is stopped.
   */
  Optional<Machine> find(EnvironmentId id, Context context);

  /** The machines of all environments, in whatever state, by id. */
  List<Machine> list(Context context);

  /**
   * Connects to a machine that is up.
   *
   * @throws dev.previews.error.NotFoundException when it is gone
   */
  Connection connect(Machine machine, Context context);

  /**
   * Removes all that belongs to the environment, and waits until it is gone. Finds it by labels, so
   * that it also ends what a crash left half-made; harmless when there is nothing. What {@link
   * #find} and {@link #list} know it by goes last.
   *
   * @param volumes whether the data on the machine's volumes goes too
   */
  void delete(EnvironmentId id, VolumePolicy volumes, Context context);

  /**
   * Releases what this driver holds in this JVM; environments stay. Its connections are closed too.
   * Closing twice is harmless.
   */
  @Override
  void close();
}
