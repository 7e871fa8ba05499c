package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls of gRPC, which need HTTP/2 at both ends and trailers between. */
@Timeout(60)
class GrpcIT {
  private static final String DOMAIN = TlsTunnels.DOMAIN;
  @RegisterExtension static final TlsTunnels TUNNELS = new TlsTunnels();

  @Test
  void grpcGoesThroughWithItsTrailers() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      Channel connection = Http2Connection.open(loops, TUNNELS, TUNNELS.port());
      List<CompletableFuture<List<String>>> cold =
          IntStream.range(0, 30)
              .mapToObj(
                  i ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            try {
                              return call(connection, "/demo.Echo/Say", "cold " + i);
                            } catch (Exception e) {
                              throw new IllegalStateException(e);
                            }
                          }))
              .toList();
      for (int i = 0; i < 30; i++) {
        assertThat(cold.get(i).get(20, TimeUnit.SECONDS))
            .contains("data=cold " + i, "end grpc-status=0");
      }
      for (int i = 0; i < 3; i++) {
        List<String> seen = call(connection, "/demo.Echo/Say", "message " + i);
        assertThat(seen)
            .contains(
                "te=trailers",
                "authority=grpc-" + TUNNELS.id() + "." + DOMAIN,
                "data=message " + i,
                "end grpc-status=0");
      }
      assertThat(call(connection, "/fails", "x")).contains("end grpc-status=5");
      assertThat(TUNNELS.grpc().connections.get()).as("calls share a connection").isEqualTo(1);
    } finally {
      loops.shutdownGracefully();
    }
  }

  private static List<String> call(Channel connection, String path, String message)
      throws Exception {
    List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(connection)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRead(ChannelHandlerContext context, Object frame) {
                    if (frame instanceof Http2HeadersFrame headers) {
                      headers
                          .headers()
                          .forEach(
                              it ->
                                  seen.add(
                                      (headers.isEndStream() ? "end " : "")
                                          + it.getKey().toString().replace("seen-", "")
                                          + "="
                                          + it.getValue()));
                      if (headers.isEndStream()) {
                        ended.complete(null);
                      }
                    } else if (frame instanceof Http2DataFrame data) {
                      if (data.content().isReadable()) {
                        seen.add("data=" + data.content().toString(StandardCharsets.US_ASCII));
                      }
                      if (data.isEndStream()) {
                        ended.complete(null);
                      }
                      data.release();
                    }
                  }
                })
            .open()
            .sync()
            .getNow();
    stream.write(
        new DefaultHttp2HeadersFrame(
            new DefaultHttp2Headers()
                .method("POST")
                .scheme("https")
                .path(path)
                .authority("grpc-" + TUNNELS.id() + "." + DOMAIN)
                .set("content-type", "application/grpc")
                .set("te", "trailers")));
    stream.writeAndFlush(
        new DefaultHttp2DataFrame(Unpooled.copiedBuffer(message, StandardCharsets.US_ASCII), true));
    ended.get(10, TimeUnit.SECONDS);
    return seen;
  }
}
