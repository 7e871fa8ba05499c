package dev.previews.gateway.proxy;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many HTTP connections are open at once, in all and from one address, and how often the
 * services of one tunnel client are asked. Thread-safe.
 */
public final class HttpLimits {
  private static final int MOST_REMEMBERED = 10_000;
  private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int connections;
  private final int perAddress;
  private final int requestsPerSecond;
  private final AtomicInteger open = new AtomicInteger();
  private final Map<InetAddress, Integer> addresses = new ConcurrentHashMap<>();

  /** When each client's requests so far would be over at the even pace that it is allowed. */
  private final Map<String, Long> paces = new ConcurrentHashMap<>();

  /** These limits; 0 requests a second is no limit. */
  public HttpLimits(int connections, int perAddress, int requestsPerSecond) {
    this.connections = connections;
    this.perAddress = perAddress;
    this.requestsPerSecond = requestsPerSecond;
  }

  /** Counts a connection; false when it is one too many, which {@link #closed} is not told of. */
  boolean admit(InetAddress address) {
    boolean[] admitted = new boolean[1];
    addresses.compute(
        address,
        (it, count) -> {
          int now = count == null ? 0 : count;
          admitted[0] = now < perAddress && open.get() < connections;
          return admitted[0] ? Integer.valueOf(now + 1) : count;
        });
    if (admitted[0]) {
      open.incrementAndGet();
    }
    return admitted[0];
  }

  void closed(InetAddress address) {
    open.decrementAndGet();
    addresses.computeIfPresent(
        address, (it, count) -> count <= 1 ? null : Integer.valueOf(count - 1));
  }

  /**
   * Counts a request to a client's services; false when they come too fast. A second's worth of
   * them may come at once.
   */
  boolean admitRequest(String client, long nanoTime) {
    if (requestsPerSecond == 0) {
      return true;
    }
    if (paces.size() > MOST_REMEMBERED) {
      paces.values().removeIf(over -> over - nanoTime < 0);
    }
    long each = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
    boolean[] admitted = new boolean[1];
    paces.compute(
        client,
        (it, over) -> {
          long begin = over == null || over - nanoTime < 0 ? nanoTime : over;
          admitted[0] = begin + each - nanoTime <= BURST_NANOS;
          return admitted[0] ? Long.valueOf(begin + each) : over;
        });
    return admitted[0];
  }
}
