package dev.previews.gateway.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** The end of a stream to a service: hands what comes to the exchange that uses it. */
final class UpstreamHandler extends ChannelInboundHandlerAdapter {
  private @Nullable Exchange exchange;

  void use(@Nullable Exchange user) {
    exchange = user;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Exchange user = exchange;
    if (user == null || !(message instanceof HttpObject object)) {
      ReferenceCountUtil.release(message);
      context.close();
      return;
    }
    if (object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      user.serviceFailed("the service's answer is not valid HTTP");
      return;
    }
    if (object instanceof FullHttpResponse whole) {
      user.responseWhole(whole);
      return;
    }
    if (object instanceof HttpResponse response) {
      user.responseHead(response);
    }
    if (object instanceof HttpContent content) {
      user.responseContent(content);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Exchange user = exchange;
    if (user != null) {
      user.responsePause();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    Exchange user = exchange;
    if (user != null && context.channel().isWritable()) {
      user.serviceWritable();
    }
  }

  /** A service that sends no more is of no more use, although it might still listen. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended();
      context.close();
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended();
  }

  private void ended() {
    Exchange user = exchange;
    if (user != null) {
      user.serviceFailed("the service ended the connection before its answer was complete");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Exchange user = exchange;
    if (user != null) {
      user.serviceFailed("the stream to the service failed: " + cause.getMessage());
    }
    context.close();
  }
}
