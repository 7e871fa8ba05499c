package dev.previews.gateway.proxy;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the pages in br of a gateway share: one thread that decodes them, which computes and waits
 * for nobody, and a limit of what is held for all of them. One thread, since the decoder may take a
 * window of 16 MiB, whatever the page is.
 */
final class BrotliPages implements AutoCloseable {
  /** Bytes of all pages at once, before and after they are decoded. */
  static final int MOST = 8 << 20;

  private static final int IDLE_SECONDS = 10;

  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("gateway-br", true));
  private final AtomicInteger held = new AtomicInteger();

  BrotliPages() {
    worker.allowCoreThreadTimeOut(true);
  }

  /** An empty page, to be closed. */
  BrotliPage page() {
    return page(worker);
  }

  BrotliPage page(Executor executor) {
    return new BrotliPage(this, executor);
  }

  /** Whether so many more bytes may be held. */
  boolean take(int bytes) {
    if (held.addAndGet(bytes) <= MOST) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  void giveBack(int bytes) {
    held.addAndGet(-bytes);
  }

  /** How many bytes are held. */
  int held() {
    return held.get();
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
