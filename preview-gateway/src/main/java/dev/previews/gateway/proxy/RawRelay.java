package dev.previews.gateway.proxy;

import dev.previews.gateway.metrics.Metrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.function.IntConsumer;

/**
 * One direction of bytes that are not looked at: reads when the other side can take more, and
 * passes the end on. Both channels have automatic reading off and the same event loop.
 */
final class RawRelay extends ChannelInboundHandlerAdapter {
  private final Channel peer;
  private final IntConsumer count;

  private RawRelay(Channel peer, IntConsumer count) {
    this.peer = peer;
    this.count = count;
  }

  /** Ties two channels together; the caller then starts reading on both. */
  static void tie(Channel one, Channel other) {
    tie(one, other, bytes -> {}, bytes -> {});
  }

  /** Ties a visitor and a service together and counts their bytes. */
  static void tie(Channel visitor, Channel service, Metrics metrics) {
    metrics.relayOpened();
    visitor.closeFuture().addListener(closed -> metrics.relayClosed());
    tie(visitor, service, metrics::received, metrics::sent);
  }

  private static void tie(Channel one, Channel other, IntConsumer fromOne, IntConsumer fromOther) {
    one.pipeline().addLast(new RawRelay(other, fromOne));
    other.pipeline().addLast(new RawRelay(one, fromOther));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      count.accept(bytes.readableBytes());
    }
    peer.write(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    peer.flush();
    if (peer.isWritable()) {
      context.read();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      peer.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (isEnd(event)) {
      peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> endOutput());
    }
    context.fireUserEventTriggered(event);
  }

  /**
   * Whether an event says that a client or a service sends no more; TLS has a notice of its own.
   */
  static boolean isEnd(Object event) {
    return event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent;
  }

  private void endOutput() {
    SslHandler tls = peer.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (peer instanceof DuplexChannel duplex) {
      if (!duplex.isOutputShutdown()) {
        duplex.shutdownOutput();
      }
    } else {
      peer.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
