package dev.previews.testkit;

import dev.previews.spi.Machine;
import java.util.List;

/** Where the contracts are tested: what they need to know of a driver beside its own contract. */
public interface Place {
  /** The address of the driver, as {@code Previews.Builder.driver(String)} takes it. */
  String driver();

  /**
   * An image with busybox's {@code sh}, {@code httpd}, {@code nc} and {@code wget} that services
   * can run: on the machine's engine, in its registry, or on the local engine.
   */
  String image();

  /**
   * Checks that the place can be used. Throws an {@link AssertionError} where its absence is a
   * failure, a {@link org.opentest4j.TestAbortedException} where it is not.
   */
  void require() throws Exception;

  /**
   * Everything that the place holds of this environment, of every kind of object, by name; empty
   * when nothing is left.
   */
  List<String> leftovers(String environmentId) throws Exception;

  /** Kills the machine as a power cut would; without the driver under test. */
  void kill(Machine machine) throws Exception;
}
