package dev.previews.gateway.proxy;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes on one message for each read, however many a decoder found in what came. Netty's own
 * handler for this forgets a read when no whole message came.
 */
final class OneAtATime extends ChannelDuplexHandler {
  private final Queue<Object> waiting = new ArrayDeque<>();
  private boolean wanted;
  private boolean delivering;

  @Override
  public void read(ChannelHandlerContext context) {
    wanted = true;
    deliver(context);
    if (wanted && waiting.isEmpty()) {
      context.read();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    waiting.add(message);
    deliver(context);
  }

  private void deliver(ChannelHandlerContext context) {
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      while (wanted && !waiting.isEmpty()) {
        wanted = false;
        context.fireChannelRead(waiting.remove());
      }
    } finally {
      delivering = false;
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    if (wanted && waiting.isEmpty()) {
      context.read();
    }
  }

  /** What nobody read has no receiver any more. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }
}
