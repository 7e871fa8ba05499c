package dev.previews.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/** The most heap that was in use just after a collection, since this was made. */
final class PeakHeap {
  private volatile long peak;

  PeakHeap() {
    Thread sampler = new Thread(this::sample, "peak-heap");
    sampler.setDaemon(true);
    sampler.start();
  }

  long megabytes() {
    return peak / 1_000_000;
  }

  private void sample() {
    try {
      while (true) {
        long live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
          MemoryUsage usage = pool.getCollectionUsage();
          if (pool.getType() == MemoryType.HEAP && usage != null) {
            live += usage.getUsed();
          }
        }
        peak = Math.max(peak, live);
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
