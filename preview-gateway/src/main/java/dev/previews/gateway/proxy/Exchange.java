package dev.previews.gateway.proxy;

import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.tunnels.StreamUse;
import dev.previews.gateway.tunnels.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Both bodies flow at once, each as fast as its receiver takes it: the
 * next piece is read when the last one could be written. Confined to its event loop.
 */
final class Exchange {
  /** So much of a page at a time is looked through for the place of its scripts. */
  private static final int PIECE = 16 * 1024;

  private final ProxyHandler front;
  private final ChannelHandlerContext client;
  private final RequestHead head;
  private final Route route;
  private final HttpRequest request;
  private final ScriptTags scripts;
  private final Metrics metrics;
  private final UpstreamPool pool;
  private final InetSocketAddress origin;
  private @Nullable Upstream upstream;
  private boolean requestDone;
  private boolean bodySent;
  private boolean responseStarted;
  private boolean responseDone;
  private boolean informational;
  private boolean switching;
  private boolean reusable;
  private boolean over;
  private @Nullable HtmlInjector injector;
  private @Nullable BrotliPage brotli;
  private @Nullable Future<byte[]> decoding;
  private @Nullable ChannelFuture written;

  Exchange(
      ProxyHandler front,
      ChannelHandlerContext client,
      RequestHead head,
      Route route,
      HttpRequest request,
      ScriptTags scripts,
      Metrics metrics,
      UpstreamPool pool,
      InetSocketAddress origin) {
    this.front = front;
    this.client = client;
    this.head = head;
    this.route = route;
    this.request = request;
    this.scripts = scripts;
    this.metrics = metrics;
    this.pool = pool;
    this.origin = origin;
  }

  RequestHead head() {
    return head;
  }

  Tunnel tunnel() {
    return route.tunnel();
  }

  void start(boolean fresh) {
    Future<Upstream> stream = stream(fresh);
    if (stream.isSuccess()) {
      begin(stream.getNow());
    } else {
      stream.addListener(
          (Future<Upstream> opened) -> {
            if (opened.isSuccess()) {
              begin(opened.getNow());
            } else {
              fail(
                  HttpResponseStatus.BAD_GATEWAY,
                  "the environment is there, but its service does not answer: "
                      + opened.cause().getMessage());
            }
          });
    }
  }

  private Future<Upstream> stream(boolean fresh) {
    if (head.isGrpc()) {
      return pool.http2(route.tunnel(), origin);
    }
    if (head.upgrade() != null) {
      return pool.newHttp1(route.tunnel(), origin, StreamUse.UPGRADE);
    }
    return fresh
        ? pool.newHttp1(route.tunnel(), origin, StreamUse.ANSWERS)
        : pool.http1(route.tunnel(), origin);
  }

  private void begin(Upstream opened) {
    if (over) {
      opened.channel().close();
      return;
    }
    upstream = opened;
    opened.handler().use(this);
    opened.channel().write(request);
    opened.channel().read();
    if (requestDone) { // once more, after a stream that had ended
      opened.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    client.read();
    if (!requestDone && !over) {
      opened.channel().flush();
    }
  }

  void requestContent(HttpContent content) {
    Upstream to = upstream;
    boolean last = content instanceof LastHttpContent;
    if (to == null || over) {
      content.release();
      return;
    }
    metrics.received(content.content().readableBytes());
    bodySent |= content.content().isReadable();
    requestDone |= last;
    to.channel().writeAndFlush(content);
    if (last || to.channel().isWritable()) {
      client.read();
    }
    if (last) {
      finishIfDone();
    }
  }

  void serviceWritable() {
    if (!requestDone) {
      client.read();
    }
  }

  void responseHead(HttpResponse response) {
    if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      if (head.upgrade() == null) {
        serviceFailed("the service changed to another protocol unasked");
        return;
      }
      switching = true;
      DefaultHttpResponse answer =
          new DefaultHttpResponse(
              HttpVersion.HTTP_1_1, response.status(), response.headers().copy());
      HopByHop.remove(answer.headers());
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      answer
          .headers()
          .set(
              HttpHeaderNames.UPGRADE,
              response.headers().get(HttpHeaderNames.UPGRADE, head.upgrade()));
      client.write(answer);
      return;
    }
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      informational = true;
      if (head.version().compareTo(HttpVersion.HTTP_1_1) >= 0) {
        client.writeAndFlush(
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, response.status(), Unpooled.EMPTY_BUFFER));
      }
      return;
    }
    responseStarted = true;
    reusable = HttpUtil.isKeepAlive(response) && !head.isGrpc();
    client.write(answer(response));
  }

  private HttpResponse answer(HttpResponse response) {
    boolean chunked = HttpUtil.isTransferEncodingChunked(response);
    HttpHeaders headers = response.headers().copy();
    HopByHop.remove(headers);
    HttpResponse answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, response.status(), headers);
    boolean bodiless =
        head.method().name().equals("HEAD")
            || response.status().code() == 204
            || response.status().code() == 304;
    boolean unknownLength = !bodiless && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    if (!scripts.isEmpty() && ScriptTags.fits(headers)) {
      if (!bodiless) {
        injector = new HtmlInjector(scripts.html(), ScriptTags.isGzip(headers));
        brotli = ScriptTags.isBrotli(headers) ? front.brotliPages().page() : null;
      }
      scripts.mark(headers);
      unknownLength = !bodiless;
    }
    if (chunked && !bodiless) {
      headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    if (!bodiless && !chunked && !HttpUtil.isContentLengthSet(response)) {
      reusable = false; // the end of the stream was the end of the body
    }
    front.frame(answer, unknownLength || chunked && !bodiless);
    return answer;
  }

  /** A head that ends the answer at once, as gRPC has it for failures. */
  void responseWhole(FullHttpResponse response) {
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL
        || response.content().isReadable()) {
      responseHead(response);
      responseContent(Messages.body(response));
      return;
    }
    response.release();
    if (over) {
      return;
    }
    responseStarted = true;
    responseDone = true;
    HttpHeaders headers = response.headers().copy();
    HopByHop.remove(headers);
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            response.status(),
            Unpooled.EMPTY_BUFFER,
            headers,
            response.trailingHeaders().copy());
    front.frame(answer, !headers.contains(HttpHeaderNames.CONTENT_LENGTH));
    written = client.write(answer);
    finishIfDone();
  }

  void responseContent(HttpContent content) {
    if (over) {
      content.release();
      return;
    }
    boolean last = content instanceof LastHttpContent;
    if (informational || switching) {
      content.release();
      if (last && switching) {
        changeProtocol();
      }
      informational &= !last;
      return;
    }
    if (!responseStarted) {
      content.release();
      serviceFailed("the service sent a body without a head");
      return;
    }
    metrics.sent(content.content().readableBytes());
    if (brotli != null) {
      hold(brotli, content);
      return;
    }
    HttpContent page;
    try {
      page = injected(content, last);
    } catch (DecoderException e) {
      serviceFailed("the service's page is not the gzip that it says: " + e.getMessage());
      return;
    }
    if (last) {
      responseDone = true;
      written = client.write(page);
      finishIfDone();
    } else {
      client.write(page);
    }
  }

  private HttpContent injected(HttpContent content, boolean last) {
    HtmlInjector adds = injector;
    return adds == null
        ? content
        : content.replace(adds.next(content.content(), last, client.alloc()));
  }

  /** A page in br goes on when it is whole; its service is of no more use by then. */
  private void hold(BrotliPage page, HttpContent content) {
    try {
      page.add(content.content());
    } catch (DecoderException e) {
      notBrotli(e);
      return;
    } finally {
      content.release();
    }
    Upstream used = upstream;
    if (content instanceof LastHttpContent last && used != null) {
      upstream = null;
      letGo(used);
      Future<byte[]> whole = page.decoded(client.executor());
      decoding = whole;
      whole.addListener((Future<byte[]> it) -> decoded(page, it, last.trailingHeaders()));
    }
  }

  private void decoded(BrotliPage held, Future<byte[]> whole, HttpHeaders trailers) {
    HtmlInjector adds = injector;
    if (over || adds == null) {
      return;
    }
    if (!whole.isSuccess()) {
      notBrotli(whole.cause());
      return;
    }
    ByteBuf page = Unpooled.wrappedBuffer(whole.getNow());
    while (page.isReadable()) {
      ByteBuf piece = page.readRetainedSlice(Math.min(PIECE, page.readableBytes()));
      client.write(new DefaultHttpContent(adds.next(piece, false, client.alloc())));
    }
    page.release();
    ByteBuf rest = adds.next(Unpooled.EMPTY_BUFFER, true, client.alloc());
    ChannelFuture last = client.writeAndFlush(new DefaultLastHttpContent(rest, trailers));
    brotli = null;
    last.addListener(sent -> held.close());
    end();
    front.done(requestDone, last);
  }

  private void notBrotli(Throwable why) {
    fail(
        HttpResponseStatus.BAD_GATEWAY,
        "the service's page is not the br that it says: " + why.getMessage());
  }

  /** What was read so far is on its way; the next piece is read when it can be written. */
  void responsePause() {
    client.flush();
    Upstream from = upstream;
    if (from != null && !responseDone && !over && client.channel().isWritable()) {
      from.channel().read();
    }
  }

  void clientWritable() {
    Upstream from = upstream;
    if (from != null && !responseDone && !over) {
      from.channel().read();
    }
  }

  private void finishIfDone() {
    Upstream used = upstream;
    ChannelFuture last = written;
    if (!responseDone || last == null || used == null || over) {
      return;
    }
    end();
    letGo(used);
    client.flush();
    front.done(requestDone, last);
  }

  /** The service's answer was read whole. */
  private void letGo(Upstream used) {
    used.handler().use(null);
    if (requestDone && reusable && !head.isGrpc()) {
      pool.keep(route.tunnel(), used);
    } else if (!head.isGrpc() || !requestDone) {
      used.channel().close();
    }
  }

  private void end() {
    over = true;
    if (injector != null) {
      injector.close();
    }
    if (decoding != null) {
      decoding.cancel(false);
    }
    if (brotli != null) {
      brotli.close();
    }
  }

  private void changeProtocol() {
    Upstream used = upstream;
    if (used == null) {
      return;
    }
    over = true;
    used.handler().use(null);
    Channel service = used.channel();
    client.flush();
    RawRelay.tie(client.channel(), service, metrics);
    front.leave();
    service.pipeline().remove(used.handler());
    service.pipeline().remove(HttpClientCodec.class);
    client.channel().read();
    service.read();
  }

  void serviceFailed(String why) {
    Upstream used = upstream;
    if (over) {
      return;
    }
    if (used != null
        && used.reused()
        && requestDone
        && !bodySent
        && !responseStarted
        && isRepeatable()) {
      upstream = null;
      used.handler().use(null);
      used.channel().close();
      start(true);
      return;
    }
    fail(HttpResponseStatus.BAD_GATEWAY, why);
  }

  private boolean isRepeatable() {
    return switch (head.method().name()) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
      default -> false;
    };
  }

  private void fail(HttpResponseStatus status, String why) {
    if (over) {
      return;
    }
    boolean started = responseStarted || switching;
    abandon();
    if (started) {
      client.close();
    } else {
      front.refuse(new Refusal(status, why), head.headers(), requestDone);
    }
  }

  /** The client has gone, or was told something else: the service's stream is of no more use. */
  void abandon() {
    end();
    Upstream used = upstream;
    if (used != null) {
      used.handler().use(null);
      used.channel().close();
    }
  }
}
