package dev.previews.kube.connection;

import org.jspecify.annotations.Nullable;

/** Which version of the exec protocol a cluster speaks, once that is known. Thread-safe. */
public final class Protocol {
  private volatile @Nullable Boolean v5;

  boolean isKnown() {
    return v5 != null;
  }

  boolean mayBeV5() {
    return !Boolean.FALSE.equals(v5);
  }

  void isV5(boolean answer) {
    v5 = answer;
  }
}
