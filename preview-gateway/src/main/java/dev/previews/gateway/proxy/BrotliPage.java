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
import org.brotli.dec.BrotliInputStream;

/**
 * A page that was compressed with br, as it was before. The decoder waits for input and gives
 * nothing before its window is full, which a page seldom does, or the input ends. So the page is
 * held compressed until it is whole, up to a limit, and then decoded on a thread that no connection
 * waits for. Confined to its event loop.
 */
final class BrotliPage {
  private static final int MOST_HELD = 4 << 20;

  private final Executor workers;
  private ByteArrayOutputStream held = new ByteArrayOutputStream();

  /**
   * An empty page.
   *
   * @param workers where pages are decoded, for which there is no waiting
   */
  BrotliPage(Executor workers) {
    this.workers = workers;
  }

  /**
   * Takes a piece of it; does not release it.
   *
   * @throws DecompressionException when it becomes too much
   */
  void add(ByteBuf piece) {
    if (piece.readableBytes() > MOST_HELD - held.size()) {
      throw new DecompressionException("it has more than " + MOST_HELD + " bytes");
    }
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes);
    held.writeBytes(bytes);
  }

  /**
   * The page when all pieces were added, told on this event loop; fails when it is not br, or
   * becomes too much. One that is cancelled before its turn is not decoded.
   */
  Future<byte[]> decoded(EventExecutor loop) {
    byte[] whole = held.toByteArray();
    held = new ByteArrayOutputStream(0);
    Promise<byte[]> page = loop.newPromise();
    workers.execute(
        () -> {
          if (page.setUncancellable()) {
            try {
              page.setSuccess(decode(whole));
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
              // Whatever the decoder stumbles over, who waits is told.
              page.setFailure(e);
            }
          }
        });
    return page;
  }

  /** An empty body is an empty page, although it is not br. */
  private static byte[] decode(byte[] whole) throws IOException {
    if (whole.length == 0) {
      return whole;
    }
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    try (InputStream decoder = new BrotliInputStream(new ByteArrayInputStream(whole))) {
      byte[] piece = new byte[64 * 1024];
      for (int n = decoder.read(piece); n >= 0; n = decoder.read(piece)) {
        if (n > Gunzip.MOST - page.size()) {
          throw new DecompressionException("it becomes more than " + Gunzip.MOST + " bytes");
        }
        page.write(piece, 0, n);
      }
      return page.toByteArray();
    }
  }
}
