package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
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
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("https")
            .path(path)
            .authority("grpc-" + TUNNELS.id() + "." + DOMAIN)
            .set("content-type", "application/grpc")
            .set("te", "trailers");
    return Http2Exchange.send(connection, headers, message).whole().stream()
        .map(it -> it.replace("seen-", ""))
        .toList();
  }
}
