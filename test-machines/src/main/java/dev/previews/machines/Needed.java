package dev.previews.machines;

import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** What a test needs of its surroundings. */
public final class Needed {
  private Needed() {}

  /**
   * Aborts the test that lacks something; fails it where {@code PREVIEW_LAB_REQUIRED} is true: a
   * skipped test is a hole.
   *
   * @param what names what is missing, and how to get it
   */
  public static void check(boolean there, String what) {
    if (there) {
      return;
    }
    if ("true".equals(System.getenv("PREVIEW_LAB_REQUIRED"))) {
      throw new AssertionError("PREVIEW_LAB_REQUIRED is true, and there is no " + what);
    }
    throw new TestAbortedException("no " + what);
  }

  /** The value, or as {@link #check} does. */
  public static <T> T of(Optional<T> found, String what) {
    check(found.isPresent(), what);
    return found.orElseThrow();
  }
}
