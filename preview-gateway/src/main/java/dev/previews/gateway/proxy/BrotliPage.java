package dev.previews.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.brotli.dec.BrotliInputStream;

/**
 * A page that was compressed with br, as it was before. The decoder waits for input and gives
 * nothing before its window is full, which a page seldom does, or the input ends. So the page is
 * held compressed until it is whole, up to a limit, and then decoded on a thread that no connection
 * waits for.
 */
final class BrotliPage implements AutoCloseable {
  /** Bytes of one page as it comes. */
  static final int MOST_COMPRESSED = 1 << 20;

  /** Bytes of one page as it was before; more than any has that a browser should show. */
  static final int MOST = 4 << 20;

  private final BrotliPages pages;
  private final Executor worker;
  private ByteArrayOutputStream compressed = new ByteArrayOutputStream();
  private int taken;
  private boolean closed;

  BrotliPage(BrotliPages pages, Executor worker) {
    this.pages = pages;
    this.worker = worker;
  }

  /**
   * Takes a piece of it; does not release it.
   *
   * @throws DecompressionException when it becomes too much
   */
  void add(ByteBuf piece) {
    int size = piece.readableBytes();
    if (size > MOST_COMPRESSED - compressed.size()) {
      throw new DecompressionException("it has more than " + MOST_COMPRESSED + " bytes");
    }
    take(size);
    byte[] bytes = new byte[size];
    piece.readBytes(bytes);
    compressed.writeBytes(bytes);
  }

  private synchronized void take(int bytes) {
    if (closed || !pages.take(bytes)) {
      throw new DecompressionException(
          "pages in br have more than " + BrotliPages.MOST + " bytes together at the moment");
    }
    taken += bytes;
  }

  /**
   * The page when all pieces were added, told on this event loop; fails when it is not br, or
   * becomes too much. One that is cancelled before its turn is not decoded.
   */
  Future<byte[]> decoded(EventExecutor loop) {
    byte[] whole = compressed.toByteArray();
    compressed = new ByteArrayOutputStream(0);
    Promise<byte[]> page = loop.newPromise();
    try {
      worker.execute(() -> decode(whole, page));
    } catch (RejectedExecutionException e) {
      page.setFailure(e); // the gateway is closed
    }
    return page;
  }

  private void decode(byte[] whole, Promise<byte[]> page) {
    if (!page.setUncancellable()) {
      return;
    }
    try {
      page.setSuccess(decode(whole));
    } catch (IOException | RuntimeException | Error e) { // who waits is told, whatever it is
      page.setFailure(e);
    }
  }

  /** An empty body is an empty page, although it is not br. */
  private byte[] decode(byte[] whole) throws IOException {
    if (whole.length == 0) {
      return whole;
    }
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try (InputStream decoder = new BrotliInputStream(new ByteArrayInputStream(whole))) {
      byte[] piece = new byte[64 * 1024];
      for (int n = decoder.read(piece); n >= 0; n = decoder.read(piece)) {
        if (n > MOST - page.size()) {
          throw new DecompressionException("it becomes more than " + MOST + " bytes");
        }
        take(n);
        page.write(piece, 0, n);
      }
      return page.toByteArray();
    }
  }

  /** Nothing of it is held any more. Closing twice is harmless. */
  @Override
  public synchronized void close() {
    closed = true;
    pages.giveBack(taken);
    taken = 0;
  }
}
