package dev.previews.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;

/** The most heap that was in use just after a collection, between its making and its closing. */
final class PeakHeap implements AutoCloseable {
  private final Thread sampler = new Thread(this::sample, "peak-heap");
  private volatile long peak;

  PeakHeap() {
    System.gc(); // what the pools say is of their last collection: let it not be of earlier work
    sampler.setDaemon(true);
    sampler.start();
  }

  long megabytes() {
    return peak / 1_000_000;
  }

  @Override
  public void close() {
    sampler.interrupt();
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
