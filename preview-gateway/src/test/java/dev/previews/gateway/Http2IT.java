package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/2: streams that share a connection, and what its frames must not smuggle. */
@Timeout(60)
class Http2IT {
  private static final String DOMAIN = TlsTunnels.DOMAIN;
  @RegisterExtension static final TlsTunnels TUNNELS = new TlsTunnels();

  @Test
  void manyStreamsShareAConnection() throws Exception {
    HttpClient http2 = TUNNELS.client(HttpClient.Version.HTTP_2);
    assertThat(
            http2
                .send(TUNNELS.request("/hello").build(), HttpResponse.BodyHandlers.ofString())
                .body())
        .isEqualTo("hello");
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    http2
                        .sendAsync(
                            TUNNELS.request("/sized?" + i * 1000).build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                        .thenApply(it -> it.body().length))
            .toList();
    assertThat(answers.stream().map(CompletableFuture::join).toList())
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> i * 1000).toList());
    byte[] body = new byte[300_000];
    HttpResponse<byte[]> echo =
        http2.send(
            TUNNELS.request("/echo").POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(echo.body()).hasSize(body.length);
    HttpResponse<String> head =
        http2.send(
            TUNNELS.request("/hello").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    HttpResponse<String> missing =
        http2.send(
            HttpRequest.newBuilder(
                    URI.create("https://localhost:" + TUNNELS.port() + "/proxy/nobody/"))
                .header("Accept", "application/json")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).startsWith("{\"status\":404");
  }

  /** What would be two requests if it were written to a service as it is. */
  @Test
  void headersThatWouldSplitARequestAreRefused() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      for (Http2Headers vector :
          List.of(
              smuggling().set("x-a", "1\r\ntransfer-encoding: chunked"),
              smuggling().set("x-a", "1\nx-smuggled: yes"),
              smuggling().set("transfer-encoding", "chunked"),
              smuggling().set("connection", "x-a"),
              smuggling().add("content-length", "3"),
              smuggling().path("/head HTTP/1.1\r\nx-smuggled: yes"))) {
        Channel connection = Http2Connection.open(loops, TUNNELS, TUNNELS.port());
        Http2Exchange exchange = Http2Exchange.send(connection, vector, "0\r\n\r\nGET /");
        assertThat(exchange.status()).as("%s", vector).isIn("400", "ended");
        connection.close();
      }
    } finally {
      loops.shutdownGracefully();
    }
  }

  /** A connection of HTTP/2 that asks for nothing is not kept. */
  @Test
  void anIdleHttp2ConnectionIsEnded() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (TunnelGateway own =
        LoopbackGateway.at("https://" + DOMAIN)
            .tls(LoopbackGateway.anyPort())
            .certificate(TUNNELS.pem().chain(), TUNNELS.pem().key())
            .idleTimeout(Duration.ofSeconds(1))
            .start()) {
      Channel connection =
          Http2Connection.open(loops, TUNNELS, own.tlsAddress().orElseThrow().getPort());
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      loops.shutdownGracefully();
    }
  }

  private static Http2Headers smuggling() {
    return new DefaultHttp2Headers(false)
        .method("POST")
        .scheme("https")
        .path("/echo")
        .authority("web-" + TUNNELS.id() + "." + DOMAIN);
  }
}
