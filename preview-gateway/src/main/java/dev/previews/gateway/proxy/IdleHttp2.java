package dev.previews.gateway.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Ends an HTTP/2 connection that nothing was heard of for a while and that has no stream, and one
 * that is told to leave when its streams are over: both with a notice that says which of them were
 * taken.
 */
final class IdleHttp2 extends IdleStateHandler {
  IdleHttp2(Duration most) {
    super(0, 0, most.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
    Http2FrameCodec codec = context.pipeline().get(Http2FrameCodec.class);
    if (codec == null || codec.connection().numActiveStreams() == 0) {
      context.channel().close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event == Leave.NOW) {
      context.channel().close();
    }
    super.userEventTriggered(context, event);
  }
}
