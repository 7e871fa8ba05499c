package dev.previews.gateway.proxy;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that decode pages in br. They compute and wait for nobody, and are few, since each
 * may hold a window and a page of 16 MiB. What waits for them is bounded by the connections: a
 * request has one page.
 */
final class BrotliWorkers {
  private static final int MOST = 2;
  private static final int IDLE_SECONDS = 10;

  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          MOST,
          MOST,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new DefaultThreadFactory("gateway-br", true));

  static {
    THREADS.allowCoreThreadTimeOut(true);
  }

  private BrotliWorkers() {}

  static Executor shared() {
    return THREADS;
  }
}
