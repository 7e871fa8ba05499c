package dev.previews.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A request on a stream of its own over HTTP/2, as a test wrote it, and what comes back. */
final class Http2Exchange extends ChannelInboundHandlerAdapter {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CompletableFuture<String> status = new CompletableFuture<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  private Http2Exchange() {}

  /** Sends headers as they are, and a body. */
  static Http2Exchange send(Channel connection, Http2Headers headers, String body)
      throws InterruptedException {
    Http2Exchange exchange = new Http2Exchange();
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(connection).handler(exchange).open().sync().getNow();
    stream.write(new DefaultHttp2HeadersFrame(headers));
    stream.writeAndFlush(
        new DefaultHttp2DataFrame(Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII), true));
    return exchange;
  }

  /** The answer's status, or {@code ended} when the stream ends without one. */
  String status() throws Exception {
    return status.get(10, TimeUnit.SECONDS);
  }

  /**
   * All that came until the answer's end, in its order: {@code name=value} of headers, with {@code
   * end} before those that end it, and {@code data=…}.
   */
  List<String> whole() throws Exception {
    end.get(10, TimeUnit.SECONDS);
    return seen;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    try {
      if (frame instanceof Http2HeadersFrame headers) {
        String prefix = headers.isEndStream() ? "end " : "";
        headers.headers().forEach(it -> seen.add(prefix + it.getKey() + "=" + it.getValue()));
        status.complete(String.valueOf(headers.headers().status()));
        endIf(headers.isEndStream());
      } else if (frame instanceof Http2DataFrame data) {
        if (data.content().isReadable()) {
          seen.add("data=" + data.content().toString(StandardCharsets.US_ASCII));
        }
        endIf(data.isEndStream());
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private void endIf(boolean last) {
    if (last) {
      end.complete(null);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    status.complete("ended");
    end.completeExceptionally(new ClosedChannelException());
  }
}
