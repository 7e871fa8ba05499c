package dev.previews;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one call has opened: closed in reverse, once, with later failures suppressed into the first.
 */
final class OpenResources {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  void closeAfter(Throwable failure) {
    for (AutoCloseable resource = opened.poll(); resource != null; resource = opened.poll()) {
      try {
        resource.close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }

  void close() {
    CloseFailure failure = new CloseFailure();
    closeAfter(failure);
    failure.throwIfAny();
  }

  /** Collects what goes wrong while nothing else does. */
  private static final class CloseFailure extends Exception {
    private static final long serialVersionUID = 1L;

    void throwIfAny() {
      Throwable[] failures = getSuppressed();
      if (failures.length == 0) {
        return;
      }
      for (int i = 1; i < failures.length; i++) {
        failures[0].addSuppressed(failures[i]);
      }
      if (failures[0] instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(failures[0]);
    }
  }
}
