package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.StreamUse;
import dev.previews.gateway.tunnels.Tunnel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The streams to services of one event loop: HTTP/1 ones are kept for a moment after their use, an
 * HTTP/2 one carries many requests. Confined to its event loop.
 */
final class UpstreamPool {
  /** Less than what common servers wait before they end an idle connection. */
  private static final long IDLE_MILLIS = 4000;

  /**
   * Of one service: as many as clients use at once. Where there are more clients than this, streams
   * are closed and opened all the time.
   */
  private static final int MOST_IDLE = 256;

  private final EventLoop loop;
  private final Patience patience;
  private final Map<Tunnel, Deque<Idle>> idle = new HashMap<>();
  private final Map<Tunnel, Future<TunnelChannel>> shared = new HashMap<>();
  private boolean expiring;

  UpstreamPool(EventLoop loop, Patience patience) {
    this.loop = loop;
    this.patience = patience;
  }

  private record Idle(Upstream upstream, long since) {}

  /** A stream for one exchange: one that was kept, or a new one. */
  Future<Upstream> http1(Tunnel tunnel, InetSocketAddress origin) {
    Upstream kept = take(tunnel);
    return kept != null
        ? loop.newSucceededFuture(new Upstream(kept.channel(), kept.handler(), true))
        : newHttp1(tunnel, origin, StreamUse.ANSWERS);
  }

  /** A new stream for one exchange. */
  Future<Upstream> newHttp1(Tunnel tunnel, InetSocketAddress origin, StreamUse use) {
    UpstreamHandler handler = new UpstreamHandler();
    TunnelChannel channel = new TunnelChannel(tunnel, origin, use);
    channel.config().setAutoRead(false);
    channel
        .pipeline()
        .addLast(
            new HttpClientCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(StrictCodec.LONGEST_LINE)
                    .setMaxHeaderSize(2 * StrictCodec.LONGEST_HEAD)
                    .setAllowDuplicateContentLengths(false)
                    .setMaxChunkSize(64 * 1024),
                false,
                false),
            handler);
    return open(channel, new Upstream(channel, handler, false));
  }

  /** A stream of bytes that nobody here looks at. */
  Future<Channel> raw(Tunnel tunnel, InetSocketAddress origin) {
    TunnelChannel channel = new TunnelChannel(tunnel, origin, StreamUse.ANSWERS);
    channel.config().setAutoRead(false);
    return open(channel, channel);
  }

  private @Nullable Upstream take(Tunnel tunnel) {
    Deque<Idle> kept = idle.get(tunnel);
    while (kept != null && !kept.isEmpty()) {
      Upstream upstream = kept.pollLast().upstream();
      if (upstream.channel().isActive()) {
        return upstream;
      }
    }
    return null;
  }

  private <T> Future<T> open(TunnelChannel channel, T value) {
    Promise<T> promise = loop.newPromise();
    ScheduledFuture<?> late =
        loop.schedule(
            () -> {
              if (promise.tryFailure(
                  new ConnectException("no answer for " + patience.connect().toSeconds() + " s"))) {
                channel.close();
              }
            },
            patience.connect().toMillis(),
            TimeUnit.MILLISECONDS);
    promise.addListener(done -> late.cancel(false));
    loop.register(channel)
        .addListener(
            registered ->
                channel
                    .openStream()
                    .addListener(
                        opened -> {
                          if (!opened.isSuccess()) {
                            promise.tryFailure(opened.cause());
                          } else if (!promise.trySuccess(value)) {
                            channel.close();
                          }
                        }));
    return promise;
  }

  /** Keeps an HTTP/1 stream for the next exchange of its tunnel. */
  void keep(Tunnel tunnel, Upstream upstream) {
    Deque<Idle> kept = idle.computeIfAbsent(tunnel, it -> new ArrayDeque<>());
    if (kept.size() >= MOST_IDLE || !upstream.channel().isActive()) {
      upstream.channel().close();
      return;
    }
    kept.addLast(new Idle(upstream, System.nanoTime()));
    expireLater();
  }

  /** One timer for all of them. */
  private void expireLater() {
    if (!expiring) {
      expiring = true;
      loop.schedule(this::expire, IDLE_MILLIS / 2, TimeUnit.MILLISECONDS);
    }
  }

  private void expire() {
    expiring = false;
    long oldest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
    for (Deque<Idle> kept : idle.values()) {
      while (!kept.isEmpty()
          && (kept.peekFirst().since() - oldest <= 0
              || !kept.peekFirst().upstream().channel().isActive())) {
        kept.pollFirst().upstream().channel().close();
      }
    }
    idle.values().removeIf(Deque::isEmpty);
    if (!idle.isEmpty()) {
      expireLater();
    }
  }

  /** A stream of a connection that speaks HTTP/2 without TLS, as gRPC services do. */
  Future<Upstream> http2(Tunnel tunnel, InetSocketAddress origin) {
    Promise<Upstream> promise = loop.newPromise();
    connection(tunnel, origin)
        .addListener(
            (Future<TunnelChannel> opened) -> {
              if (opened.isSuccess()) {
                stream(opened.getNow())
                    .addListener((Future<Upstream> stream) -> pass(stream, promise));
              } else {
                promise.setFailure(opened.cause());
              }
            });
    return promise;
  }

  /** The one that there is, or that is being opened, or a new one. */
  private Future<TunnelChannel> connection(Tunnel tunnel, InetSocketAddress origin) {
    Future<TunnelChannel> known = shared.get(tunnel);
    if (known != null && (!known.isDone() || known.isSuccess() && known.getNow().isActive())) {
      return known;
    }
    TunnelChannel channel = new TunnelChannel(tunnel, origin, StreamUse.ANSWERS);
    channel
        .pipeline()
        .addLast(
            new IdleHttp2(patience.idle()),
            Http2FrameCodecBuilder.forClient().encoderEnforceMaxConcurrentStreams(true).build(),
            new Http2MultiplexHandler(new RefusePushes()),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                if (message instanceof Http2GoAwayFrame) { // streams under way go on
                  forget(tunnel, channel);
                }
                ReferenceCountUtil.release(message);
              }
            });
    Future<TunnelChannel> opening = open(channel, channel);
    shared.put(tunnel, opening);
    channel.closeFuture().addListener(closed -> forget(tunnel, channel));
    return opening;
  }

  private void forget(Tunnel tunnel, TunnelChannel channel) {
    shared.computeIfPresent(
        tunnel,
        (it, opening) ->
            opening.isDone() && (!opening.isSuccess() || opening.getNow().equals(channel))
                ? null
                : opening);
  }

  private static void pass(Future<Upstream> from, Promise<Upstream> to) {
    if (from.isSuccess()) {
      to.setSuccess(from.getNow());
    } else {
      to.setFailure(from.cause());
    }
  }

  private Future<Upstream> stream(TunnelChannel connection) {
    UpstreamHandler handler = new UpstreamHandler();
    Promise<Upstream> promise = loop.newPromise();
    new Http2StreamChannelBootstrap(connection)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel stream) {
                stream.config().setAutoRead(false);
                stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(false), handler);
              }
            })
        .open()
        .addListener(
            (Future<Http2StreamChannel> opened) -> {
              if (opened.isSuccess()) {
                promise.setSuccess(new Upstream(opened.getNow(), handler, false));
              } else {
                promise.setFailure(opened.cause());
              }
            });
    return promise;
  }

  /** A service does not begin streams of its own. */
  @ChannelHandler.Sharable
  private static final class RefusePushes extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel stream) {
      stream.close();
    }
  }
}
