package dev.previews.gateway.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Takes HTTP connections until it is closed. */
public final class HttpListener implements AutoCloseable {
  private static final int MOST_STREAMS = 128;

  private final ProxySettings settings;
  private final Router router;
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          0, new DefaultThreadFactory("gateway-http", true), NioIoHandler.newFactory());
  private final Map<EventLoop, UpstreamPool> pools = new ConcurrentHashMap<>();
  private final BrotliPages brotliPages = new BrotliPages();
  private final ChannelGroup connections = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
  private final List<Channel> servers = new CopyOnWriteArrayList<>();
  private volatile boolean leaving;
  private volatile InetSocketAddress address = new InetSocketAddress(0);

  private HttpListener(ProxySettings settings) {
    this.settings = settings;
    this.router = new Router(settings.root(), settings.tunnels(), settings.patience().restart());
  }

  /**
   * Listens.
   *
   * @param address with port 0 for any free one
   * @throws IOException when the address cannot be listened on
   */
  public static HttpListener listen(InetSocketAddress address, ProxySettings settings)
      throws IOException {
    HttpListener listener = new HttpListener(settings);
    try {
      listener.address = listener.bind(address, listener.new Clear());
      return listener;
    } catch (IOException | RuntimeException | Error e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Listens for TLS, too.
   *
   * @param certificate the file of a certificate and those above it, in PEM
   * @param key the file of its key, PKCS#8 in PEM
   * @param ssh where SSH is listened for: it may come through TLS
   * @return where it listens
   * @throws IOException when the address cannot be listened on or the files cannot be read
   */
  public InetSocketAddress listenTls(
      InetSocketAddress tlsAddress, Path certificate, Path key, InetSocketAddress ssh)
      throws IOException {
    return bind(tlsAddress, new Tls(new CertificateFiles(certificate, key), ssh));
  }

  private InetSocketAddress bind(InetSocketAddress where, ChannelHandler child) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(32 * 1024, 64 * 1024))
            .childHandler(child)
            .bind(where)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + where + ": " + bound.cause().getMessage(), bound.cause());
    }
    servers.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  private UpstreamPool pool(EventLoop loop) {
    return pools.computeIfAbsent(loop, it -> new UpstreamPool(it, settings.patience()));
  }

  /** Counts a connection; one too many is closed. */
  private boolean admit(SocketChannel channel) {
    InetAddress from =
        channel.remoteAddress() == null ? null : channel.remoteAddress().getAddress();
    if (from == null || !settings.limits().admit(from)) {
      settings.metrics().connectionRefused();
      channel.close();
      return false;
    }
    channel.closeFuture().addListener(closed -> settings.limits().closed(from));
    connections.add(channel);
    return true;
  }

  /** One that came while the others were told. */
  private void leaveIfTold(Channel channel) {
    if (leaving) {
      channel.pipeline().fireUserEventTriggered(Leave.NOW);
    }
  }

  private final class Installed implements TlsFront.Fronts {
    @Override
    public void http1(Channel channel, boolean secure) {
      StrictCodec codec = new StrictCodec();
      channel
          .pipeline()
          .addLast(
              codec,
              new OneAtATime(),
              new ProxyHandler(settings, router, pool(channel), brotliPages, codec, secure));
      leaveIfTold(channel);
    }

    @Override
    public void http2(Channel channel) {
      UpstreamPool pool = pool(channel);
      channel
          .pipeline()
          .addLast(
              new IdleHttp2(settings.patience().idle()),
              Http2FrameCodecBuilder.forServer()
                  .initialSettings(
                      Http2Settings.defaultSettings()
                          .maxConcurrentStreams(MOST_STREAMS)
                          .initialWindowSize(256 * 1024)
                          .maxHeaderListSize(StrictCodec.LONGEST_HEAD))
                  .build(),
              new Http2MultiplexHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                      stream.config().setAutoRead(false);
                      stream
                          .pipeline()
                          .addLast(
                              new Http2StreamFrameToHttpObjectCodec(true),
                              new OneAtATime(),
                              new ProxyHandler(settings, router, pool, brotliPages, null, true));
                    }
                  }));
      settings.metrics().connected();
      channel.closeFuture().addListener(closed -> settings.metrics().disconnected());
      leaveIfTold(channel);
    }

    @Override
    public UpstreamPool pool(Channel channel) {
      return HttpListener.this.pool(channel.eventLoop());
    }
  }

  private final class Tls extends ChannelInitializer<SocketChannel> {
    private final CertificateFiles files;
    private final InetSocketAddress ssh;

    Tls(CertificateFiles files, InetSocketAddress ssh) {
      this.files = files;
      this.ssh = ssh;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      if (!admit(channel)) {
        return;
      }
      channel.config().setAutoRead(true); // until it is known what is spoken
      channel
          .pipeline()
          .addLast(
              files.context().newHandler(channel.alloc()),
              new TlsFront(new Installed(), router, settings.tunnels(), ssh, settings.metrics()));
    }
  }

  private final class Clear extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      if (admit(channel)) {
        new Installed().http1(channel, false);
      }
    }
  }

  /** Takes no more connections; those that there are finish what is under way and close. */
  public void leave() {
    leaving = true;
    servers.forEach(server -> server.close().awaitUninterruptibly(2, TimeUnit.SECONDS));
    connections.forEach(
        channel ->
            channel
                .eventLoop()
                .execute(() -> channel.pipeline().fireUserEventTriggered(Leave.NOW)));
  }

  /** Ends all connections. Closing twice is harmless. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    brotliPages.close();
  }
}
