package dev.previews.gateway.proxy;

import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.tunnels.Tunnel;
import dev.previews.gateway.tunnels.Tunnels;
import dev.previews.tunnel.Access;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSession;

/**
 * What stands behind TLS: HTTP/2 or HTTP/1.1 or SSH, as the client asks by ALPN; without it, SSH
 * for the gateway's own name, a service's bytes as they are when its tunnel says so, else HTTP/1.1.
 */
final class TlsFront extends ApplicationProtocolNegotiationHandler {
  private static final String NONE = "";

  private final Fronts fronts;
  private final Router router;
  private final Tunnels tunnels;
  private final InetSocketAddress ssh;
  private final Metrics metrics;

  /** Installs what speaks a protocol on a channel. */
  interface Fronts {
    void http1(Channel channel, boolean secure);

    void http2(Channel channel);

    UpstreamPool pool(Channel channel);
  }

  TlsFront(Fronts fronts, Router router, Tunnels tunnels, InetSocketAddress ssh, Metrics metrics) {
    super(NONE);
    this.fronts = fronts;
    this.router = router;
    this.tunnels = tunnels;
    this.ssh = ssh;
    this.metrics = metrics;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext context, String protocol) {
    Channel channel = context.channel();
    String name = serverName(channel);
    Optional<Tunnel> raw =
        router.label(name).flatMap(tunnels::find).filter(tunnel -> tunnel.request().rawTcp());
    if (protocol.equals(CertificateFiles.HTTP_2)) {
      fronts.http2(channel);
      return;
    }
    channel.config().setAutoRead(false);
    if (protocol.equals(CertificateFiles.SSH) || protocol.equals(NONE) && router.isOwn(name)) {
      PendingRelay.await(channel, connectSsh(channel), RawRelay::tie);
    } else if (protocol.equals(NONE) && raw.isPresent()) {
      raw(channel, raw.get());
    } else {
      fronts.http1(channel, true);
    }
  }

  private void raw(Channel channel, Tunnel tunnel) {
    if (tunnel.request().access() == Access.PRIVATE) {
      channel.close(); // there is nothing in such a stream by which to let anybody in
      return;
    }
    PendingRelay.await(
        channel,
        fronts.pool(channel).raw(tunnel, (InetSocketAddress) channel.remoteAddress()),
        (visitor, service) -> RawRelay.tie(visitor, service, metrics));
  }

  private Promise<Channel> connectSsh(Channel channel) {
    Promise<Channel> promise = channel.eventLoop().newPromise();
    InetSocketAddress here =
        ssh.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), ssh.getPort())
            : ssh;
    ChannelFuture connecting =
        new Bootstrap()
            .group(channel.eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(here);
    connecting.addListener(
        connected -> {
          if (connected.isSuccess()) {
            promise.setSuccess(connecting.channel());
          } else {
            promise.setFailure(connected.cause());
          }
        });
    return promise;
  }

  private static String serverName(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    SSLSession session = tls == null ? null : tls.engine().getSession();
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName().toLowerCase(Locale.ROOT);
        }
      }
    }
    return "";
  }
}
