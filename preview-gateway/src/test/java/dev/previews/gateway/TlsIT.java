package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.previews.tunnel.names.ClientId;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What stands behind TLS: HTTP/2, HTTP/1.1, gRPC, SSH, and bytes as they are. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the line ends are the point
class TlsIT {
  private static final String DOMAIN = "tunnels.test";

  @TempDir static Path folder;
  private static PemFiles pem;
  private static WebService web;
  private static GrpcService grpc;
  private static RawService raw;
  private static TunnelGateway gateway;
  private static OpenSsh ssh;
  private static OpenSsh.Running tunnels;
  private static String id;

  @BeforeAll
  static void start() throws Exception {
    pem = PemFiles.make(folder, DOMAIN);
    web = new WebService();
    grpc = new GrpcService();
    raw =
        new RawService(
            (in, out) ->
                RawService.send(
                    out, "got " + new String(in.readAllBytes(), StandardCharsets.US_ASCII)));
    gateway =
        TunnelGateway.builder()
            .url(URI.create("https://" + DOMAIN))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .certificate(pem.chain(), pem.key())
            .restartTime(Duration.ZERO)
            .start();
    ssh = OpenSsh.withNewKey(folder, gateway.sshAddress().getPort());
    id = ClientId.of(ssh.publicKey());
    String tcp =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"protocol\":\"tcp\"}".getBytes(StandardCharsets.UTF_8));
    tunnels =
        ssh.start(
            "-R", "/web:127.0.0.1:" + web.port(),
            "-R", "/grpc:127.0.0.1:" + grpc.port(),
            "-R", "/raw#meta=" + tcp + ":127.0.0.1:" + raw.port(),
            "--", "hello");
    assertThat(tunnels.awaitStdout("\r\n")).contains("https://web-" + id + "." + DOMAIN + "/");
  }

  @AfterAll
  static void stop() {
    tunnels.close();
    gateway.close();
    raw.close();
    grpc.close();
    web.close();
  }

  private static int port() {
    return gateway.tlsAddress().orElseThrow().getPort();
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(pem.trusting()).version(version).build();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create("https://localhost:" + port() + "/proxy/web-" + id + path))
        .timeout(Duration.ofSeconds(20));
  }

  private static SSLSocket connect(String name, String... protocols) throws Exception {
    SSLSocket socket =
        (SSLSocket)
            pem.trusting()
                .getSocketFactory()
                .createSocket(
                    new Socket(InetAddress.getLoopbackAddress(), port()), name, port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.setSoTimeout(10_000);
    socket.startHandshake();
    return socket;
  }

  @Test
  void http2AndHttp1AreServed() throws Exception {
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpResponse<String> answer =
          client(version).send(request("/head").build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(version);
      assertThat(answer.body())
          .contains("GET /head\n")
          .contains("x-forwarded-proto: https\n")
          .contains("x-forwarded-for: 127.0.0.1\n")
          .doesNotContain("x-http2");
    }
    try (SSLSocket socket = connect("web-" + id + "." + DOMAIN)) {
      RawService.send(
          socket.getOutputStream(),
          "GET /hello HTTP/1.1\r\nHost: web-"
              + id
              + "."
              + DOMAIN
              + "\r\nConnection: close\r\n\r\n");
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .endsWith("hello");
    }
  }

  @Test
  void manyStreamsShareAConnection() throws Exception {
    HttpClient http2 = client(HttpClient.Version.HTTP_2);
    assertThat(http2.send(request("/hello").build(), HttpResponse.BodyHandlers.ofString()).body())
        .isEqualTo("hello");
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 100)
            .mapToObj(
                i ->
                    http2
                        .sendAsync(
                            request("/sized?" + i * 1000).build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                        .thenApply(it -> it.body().length))
            .toList();
    assertThat(answers.stream().map(CompletableFuture::join).toList())
        .isEqualTo(IntStream.range(0, 100).mapToObj(i -> i * 1000).toList());
    byte[] body = new byte[300_000];
    HttpResponse<byte[]> echo =
        http2.send(
            request("/echo").POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(echo.body()).hasSize(body.length);
    HttpResponse<String> head =
        http2.send(
            request("/hello").method("HEAD", HttpRequest.BodyPublishers.noBody()).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(head.statusCode()).isEqualTo(200);
    HttpResponse<String> missing =
        http2.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + port() + "/proxy/nobody/"))
                .header("Accept", "application/json")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(missing.body()).startsWith("{\"status\":404");
  }

  @Test
  void sshComesThroughTlsByAlpn() throws Exception {
    String command =
        "openssl s_client -quiet -alpn ssh -servername " + DOMAIN + " -connect 127.0.0.1:" + port();
    try (OpenSsh.Running hello =
        ssh.start(
            "-o",
            "ProxyCommand=" + command + " 2>/dev/null",
            "-R",
            "/over-tls:127.0.0.1:" + web.port(),
            "--",
            "hello")) {
      assertThat(hello.awaitStdout("\r\n")).contains("\"clientId\":\"" + id + "\"");
      HttpResponse<String> answer =
          client(HttpClient.Version.HTTP_2)
              .send(
                  HttpRequest.newBuilder(
                          URI.create(
                              "https://localhost:" + port() + "/proxy/over-tls-" + id + "/hello"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("hello");
    }
  }

  @Test
  void bytesGoToTheServiceOfTheServerName() throws Exception {
    try (SSLSocket socket = connect("raw-" + id + "." + DOMAIN)) {
      RawService.send(socket.getOutputStream(), "any bytes");
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("got any bytes");
    }
  }

  @Test
  void grpcGoesThroughWithItsTrailers() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      Channel connection = http2Connection(loops);
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
                "authority=grpc-" + id + "." + DOMAIN,
                "data=message " + i,
                "end grpc-status=0");
      }
      assertThat(call(connection, "/fails", "x")).contains("end grpc-status=5");
      assertThat(grpc.connections.get()).as("calls share a connection").isEqualTo(1);
    } finally {
      loops.shutdownGracefully();
    }
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
        Channel connection = http2Connection(loops);
        CompletableFuture<String> fate = new CompletableFuture<>();
        Http2StreamChannel stream =
            new Http2StreamChannelBootstrap(connection)
                .handler(
                    new ChannelInboundHandlerAdapter() {
                      @Override
                      public void channelRead(ChannelHandlerContext context, Object frame) {
                        if (frame instanceof Http2HeadersFrame headers) {
                          fate.complete(String.valueOf(headers.headers().status()));
                        }
                        ReferenceCountUtil.release(frame);
                      }

                      @Override
                      public void channelInactive(ChannelHandlerContext context) {
                        fate.complete("ended");
                      }
                    })
                .open()
                .sync()
                .getNow();
        stream.write(new DefaultHttp2HeadersFrame(vector));
        stream.writeAndFlush(
            new DefaultHttp2DataFrame(
                Unpooled.copiedBuffer("0\r\n\r\nGET /", StandardCharsets.US_ASCII), true));
        assertThat(fate.get(10, TimeUnit.SECONDS)).as("%s", vector).isIn("400", "ended");
        connection.close();
      }
    } finally {
      loops.shutdownGracefully();
    }
  }

  private static Http2Headers smuggling() {
    return new DefaultHttp2Headers(false)
        .method("POST")
        .scheme("https")
        .path("/echo")
        .authority("web-" + id + "." + DOMAIN);
  }

  /** A connection of HTTP/2 that asks for nothing is not kept. */
  @Test
  void anIdleHttp2ConnectionIsEnded() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (TunnelGateway own =
        TunnelGateway.builder()
            .url(URI.create("https://" + DOMAIN))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .certificate(pem.chain(), pem.key())
            .idleTimeout(Duration.ofSeconds(1))
            .start()) {
      Channel connection = http2Connection(loops, own.tlsAddress().orElseThrow().getPort());
      assertThat(connection.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      loops.shutdownGracefully();
    }
  }

  private static Channel http2Connection(MultiThreadIoEventLoopGroup loops) throws Exception {
    return http2Connection(loops, port());
  }

  private static Channel http2Connection(MultiThreadIoEventLoopGroup loops, int port)
      throws Exception {
    SslContext tls =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .trustManager(pem.chain().toFile())
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    "h2"))
            .build();
    Channel channel =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel it) {
                    it.pipeline()
                        .addLast(
                            tls.newHandler(it.alloc(), "grpc-" + id + "." + DOMAIN, port),
                            Http2FrameCodecBuilder.forClient().build(),
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                  }
                })
            .connect(InetAddress.getLoopbackAddress(), port)
            .sync()
            .channel();
    channel.pipeline().get(SslHandler.class).handshakeFuture().sync();
    return channel;
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
                .authority("grpc-" + id + "." + DOMAIN)
                .set("content-type", "application/grpc")
                .set("te", "trailers")));
    stream.writeAndFlush(
        new DefaultHttp2DataFrame(Unpooled.copiedBuffer(message, StandardCharsets.US_ASCII), true));
    ended.get(10, TimeUnit.SECONDS);
    return seen;
  }

  @Test
  void aNewCertificateIsUsedFromThenOn() throws Exception {
    PemFiles other = PemFiles.make(folder, "other.test");
    try (TunnelGateway own =
        TunnelGateway.builder()
            .url(URI.create("https://other.test"))
            .ssh(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .tls(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .certificate(
                Files.copy(other.chain(), folder.resolve("live.pem")),
                Files.copy(other.key(), folder.resolve("live-key.pem")))
            .start()) {
      assertThat(certificate(own, other)).contains("other.test");
      Files.copy(pem.key(), folder.resolve("live-key.pem"), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(pem.chain(), folder.resolve("live.pem"), StandardCopyOption.REPLACE_EXISTING);
      await()
          .atMost(Duration.ofSeconds(15))
          .ignoreExceptions()
          .until(() -> certificate(own, pem).contains(DOMAIN));
    }
  }

  private static String certificate(TunnelGateway gateway, PemFiles trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusted
                .trusting()
                .getSocketFactory()
                .createSocket(
                    InetAddress.getLoopbackAddress(),
                    gateway.tlsAddress().orElseThrow().getPort())) {
      socket.setSoTimeout(5000);
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }
}
