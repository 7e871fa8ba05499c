package dev.previews.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Holds what a client sends until the other side is there; then both are tied together. */
final class PendingRelay extends ChannelInboundHandlerAdapter {
  private final List<Object> held = new ArrayList<>();
  private @Nullable Object end;

  /**
   * Waits at the end of a client's pipeline.
   *
   * @param peer the other side, whose automatic reading is off; on the same event loop
   * @param tie ties them
   */
  static void await(
      Channel client, Future<? extends Channel> peer, BiConsumer<Channel, Channel> tie) {
    PendingRelay waiting = new PendingRelay();
    client.pipeline().addLast(waiting);
    peer.addListener(
        connected -> {
          if (!peer.isSuccess() || !client.isActive()) {
            client.close();
            if (peer.isSuccess()) {
              peer.getNow().close();
            }
            return;
          }
          tie.accept(client, peer.getNow());
          client.pipeline().remove(waiting);
          client.read();
          peer.getNow().read();
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    held.add(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (RawRelay.isEnd(event)) {
      end = event;
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    boolean active = context.channel().isActive();
    for (Object message : held) {
      if (active) {
        context.fireChannelRead(message);
      } else {
        ReferenceCountUtil.release(message);
      }
    }
    if (active && !held.isEmpty()) {
      context.fireChannelReadComplete();
    }
    held.clear();
    if (active && end != null) {
      context.fireUserEventTriggered(end);
    }
  }
}
