package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

/** How much memory this JVM uses. */
final class UsedMemory {
  private UsedMemory() {}

  /** Other tests of this JVM may have memory for a while; what is not bounded grows without end. */
  static void isBoundedSince(long before) throws InterruptedException {
    long most = before + (32 << 20);
    for (int left = 30; left > 0 && now() > most; left--) {
      Thread.sleep(1000);
    }
    assertThat(now()).isLessThan(most);
  }

  static long now() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
