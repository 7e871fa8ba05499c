package dev.previews.gateway.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection (HTTP/1) or stream (HTTP/2): takes one request after the other. One message
 * is read at a time, so that nothing piles up here.
 */
final class ProxyHandler extends ChannelInboundHandlerAdapter {
  private static final long LINGER_SECONDS = 2;

  /** How long a connection without a request stays when the gateway is about to end. */
  private static final long LEAVE_MILLIS = 1000;

  private final ProxySettings settings;
  private final Router router;
  private final UpstreamPool pool;
  private final BrotliPages brotliPages;
  private final @Nullable StrictCodec codec;
  private final boolean secure;
  private final AccessGate gate;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;
  private @Nullable HttpRequest next;
  private @Nullable ScheduledFuture<?> patience;
  private boolean keepAlive;
  private boolean draining;
  private boolean leaving;
  private boolean headWanted;
  private boolean counting;
  private long begun;
  private int status;

  /**
   * A handler.
   *
   * @param codec the connection's codec; null for a stream of HTTP/2
   */
  ProxyHandler(
      ProxySettings settings,
      Router router,
      UpstreamPool pool,
      BrotliPages brotliPages,
      @Nullable StrictCodec codec,
      boolean secure) {
    this.settings = settings;
    this.router = router;
    this.pool = pool;
    this.brotliPages = brotliPages;
    this.codec = codec;
    this.secure = secure;
    this.gate = new AccessGate(settings.root(), secure);
  }

  BrotliPages brotliPages() {
    return brotliPages;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    if (codec != null) {
      settings.metrics().connected();
    }
    if (added.channel().isActive()) {
      await(added, settings.patience().head());
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext removed) {
    if (codec != null) {
      settings.metrics().disconnected();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    await(active, settings.patience().head());
    active.fireChannelActive();
  }

  /** Reads the next request, and closes when none comes. */
  private void await(ChannelHandlerContext here, Duration most) {
    if (!headWanted) {
      headWanted = true;
      closeWithoutHead(here, leaving ? LEAVE_MILLIS : most.toMillis());
      here.read();
    }
  }

  private void closeWithoutHead(ChannelHandlerContext here, long millis) {
    patience =
        here.executor()
            .schedule(
                () -> {
                  if (headWanted) {
                    here.close();
                  }
                },
                millis,
                TimeUnit.MILLISECONDS);
  }

  private void gotHead() {
    headWanted = false;
    ScheduledFuture<?> timer = patience;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext here, Object message) {
    if (draining || !(message instanceof HttpObject object)) {
      ReferenceCountUtil.release(message);
      if (draining) {
        here.read();
      }
      return;
    }
    if (object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      invalid(object.decoderResult().cause());
      return;
    }
    if (object instanceof HttpRequest request) {
      if (exchange == null) {
        begin(here, request);
      } else {
        next = request;
      }
    }
    if (object instanceof HttpContent content) {
      Exchange current = exchange;
      if (current != null && next == null) {
        current.requestContent(Messages.body(content));
      } else {
        content.release();
        if (!(content instanceof LastHttpContent)) {
          here.read();
        }
      }
    }
  }

  private void begin(ChannelHandlerContext here, HttpRequest request) {
    gotHead();
    counting = true;
    begun = System.nanoTime();
    settings.metrics().begun();
    keepAlive = HttpUtil.isKeepAlive(request);
    if (codec != null) {
      codec.headOnly(request.method().name().equals("HEAD"));
    }
    try {
      RequestHead head = RequestHead.check(request);
      if (head.uri().equals("/healthz") && router.isOwn(head.host())) {
        answer(OwnAnswer.text(HttpResponseStatus.OK, "text/plain", "OK"), !head.hasBody());
        return;
      }
      Route route = gate.pass(head, router.route(head.host(), head.uri()), Instant.now());
      if (!settings.limits().admitRequest(route.tunnel().client().id(), begun)) {
        throw new Refusal(
            HttpResponseStatus.TOO_MANY_REQUESTS,
            "the environment's services are asked too often",
            Map.of("retry-after", "1"));
      }
      if (!(remote(here) instanceof InetSocketAddress address)) {
        here.close(); // it has left already
        return;
      }
      HttpRequest forService = head.forService(route, address, secure, settings.trustForwarded());
      ScriptTags scripts = ScriptTags.of(route.tunnel().request().scripts(), route.uri());
      if (!scripts.isEmpty()) {
        scripts.ask(forService.headers());
      }
      Exchange started =
          new Exchange(
              this, here, head, route, forService, scripts, settings.metrics(), pool, address);
      exchange = started;
      started.start(false);
    } catch (Refusal refusal) {
      boolean understood = !refusal.status().equals(HttpResponseStatus.BAD_REQUEST);
      refuse(refusal, request.headers(), understood && !hasBody(request));
    }
  }

  private static boolean hasBody(HttpRequest request) {
    return HttpUtil.isTransferEncodingChunked(request)
        || request.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  private static Object remote(ChannelHandlerContext here) {
    return here.channel().parent() != null && here.channel().remoteAddress() == null
        ? here.channel().parent().remoteAddress()
        : here.channel().remoteAddress();
  }

  private void invalid(Throwable cause) {
    gotHead();
    Exchange current = exchange;
    if (current != null) {
      current.abandon();
      exchange = null;
    }
    HttpResponseStatus status =
        cause instanceof TooLongFrameException
            ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            : HttpResponseStatus.BAD_REQUEST;
    String why =
        cause instanceof TooLongFrameException
            ? "the request's head is too long"
            : "the request is not valid HTTP: " + cause.getMessage();
    answer(
        OwnAnswer.of(
            new Refusal(status, why), io.netty.handler.codec.http.EmptyHttpHeaders.INSTANCE),
        false);
  }

  /**
   * Answers with a refusal.
   *
   * @param clean whether the request was read to its end, so that another may follow
   */
  void refuse(Refusal refusal, HttpHeaders request, boolean clean) {
    answer(OwnAnswer.of(refusal, request), clean);
  }

  private void answer(FullHttpResponse answer, boolean clean) {
    ChannelHandlerContext here = context;
    if (here == null) {
      answer.release();
      return;
    }
    frame(answer, false, clean);
    ChannelFuture written = here.writeAndFlush(answer);
    exchange = null;
    finish(here, clean, written);
  }

  /** Gives an answer the headers that say how its end is known and whether another may follow. */
  void frame(HttpResponse answer, boolean unknownLength) {
    frame(answer, unknownLength, true);
  }

  private void frame(HttpResponse answer, boolean unknownLength, boolean clean) {
    status = answer.status().code();
    if (codec == null) {
      return; // HTTP/2 has frames
    }
    Exchange current = exchange;
    boolean old = current != null && current.head().version().compareTo(HttpVersion.HTTP_1_1) < 0;
    if (unknownLength && old) {
      keepAlive = false;
    } else if (unknownLength) {
      answer.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    keepAlive &= !leaving;
    if (!keepAlive || !clean) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (old) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  /** The answer is written whole. */
  void done(boolean requestRead, ChannelFuture written) {
    exchange = null;
    ChannelHandlerContext here = context;
    if (here != null) {
      finish(here, requestRead, written);
    }
  }

  private void counted() {
    if (counting) {
      counting = false;
      settings.metrics().answered(status, System.nanoTime() - begun);
    }
  }

  private void finish(ChannelHandlerContext here, boolean clean, ChannelFuture written) {
    counted();
    if (codec == null || !clean || !keepAlive) {
      linger(here, clean, written);
      return;
    }
    HttpRequest waiting = next;
    next = null;
    if (waiting != null) {
      begin(here, waiting);
    } else {
      await(here, settings.patience().idle());
    }
  }

  /**
   * Closes; what the client still sends is read for a moment, since a reset would take the answer
   * away from it.
   */
  private void linger(ChannelHandlerContext here, boolean clean, ChannelFuture written) {
    if (clean || codec == null || !(here.channel() instanceof DuplexChannel duplex) || secure) {
      written.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    draining = true;
    written.addListener(flushed -> duplex.shutdownOutput());
    here.read();
    here.executor().schedule(() -> here.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  /** Another protocol takes over. */
  void leave() {
    ChannelHandlerContext here = context;
    status = HttpResponseStatus.SWITCHING_PROTOCOLS.code();
    counted();
    exchange = null;
    if (here != null && codec != null) {
      here.pipeline().remove(OneAtATime.class);
      here.pipeline().remove(codec);
      here.pipeline().remove(this);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext here) {
    Exchange current = exchange;
    if (current != null && here.channel().isWritable()) {
      current.clientWritable();
    }
    here.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext here, Object event) {
    if (RawRelay.isEnd(event)) {
      if (exchange == null) {
        here.close();
      } else if (codec != null) { // it may still read its answer
        keepAlive = false;
        here.pipeline().addFirst(new CloseUnwritten(settings.patience().idle()));
      }
    } else if (event == Leave.NOW) {
      leave(here);
    }
    here.fireUserEventTriggered(event);
  }

  private void leave(ChannelHandlerContext here) {
    leaving = true;
    if (headWanted) {
      closeWithoutHead(here, LEAVE_MILLIS);
    }
  }

  /** Closes when nothing could be written for a while. */
  private static final class CloseUnwritten extends IdleStateHandler {
    CloseUnwritten(Duration most) {
      super(true, 0, most.toMillis(), 0, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void channelIdle(ChannelHandlerContext here, IdleStateEvent event) {
      here.channel().close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext here) {
    gotHead();
    Exchange current = exchange;
    exchange = null;
    if (counting) {
      counting = false;
      settings.metrics().aborted();
    }
    if (current != null) {
      current.abandon();
    }
    ReferenceCountUtil.release(next);
    next = null;
    here.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
    here.close();
  }
}
