package dev.previews.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.compression.ZlibWrapper;

/**
 * A page that was compressed with gzip, as it was before: piece by piece, and no more of it than a
 * page has, since a small body may become an endless one.
 */
final class Gunzip {
  private static final int MOST = 16 << 20;

  /** So few bytes at a time that what they become is not much either: a thousand times as many. */
  private static final int SLICE = 1024;

  private final EmbeddedChannel decoder =
      new EmbeddedChannel(ZlibCodecFactory.newZlibDecoder(ZlibWrapper.GZIP, 0));

  private int total;

  /**
   * What follows from this piece; releases the piece.
   *
   * @throws DecoderException when it is not gzip, or becomes too much
   */
  ByteBuf next(ByteBuf piece, boolean last, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    try {
      while (piece.isReadable()) {
        decoder.writeInbound(piece.readRetainedSlice(Math.min(SLICE, piece.readableBytes())));
        take(out);
      }
      if (last) {
        decoder.finish();
        take(out);
      }
      return out;
    } catch (Throwable e) {
      out.release();
      throw e;
    } finally {
      piece.release();
    }
  }

  private void take(ByteBuf out) {
    for (ByteBuf read = decoder.readInbound(); read != null; read = decoder.readInbound()) {
      total += read.readableBytes();
      out.writeBytes(read);
      read.release();
      if (total > MOST) {
        throw new DecompressionException("it becomes more than " + MOST + " bytes");
      }
    }
  }

  /** Gives back what it holds; harmless twice. */
  void close() {
    try {
      decoder.finishAndReleaseAll();
    } catch (DecoderException e) {
      // It tries what is left once more, and that is no better.
    }
  }
}
