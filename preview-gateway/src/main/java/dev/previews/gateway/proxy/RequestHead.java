package dev.previews.gateway.proxy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request's head as it came: what it asks for, checked, and how it goes on to a service. */
final class RequestHead {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]+");

  private final HttpRequest request;
  private final String host;
  private final String uri;

  private RequestHead(HttpRequest request, String host, String uri) {
    this.request = request;
    this.host = host;
    this.uri = uri;
  }

  /** Checks what the decoder does not. */
  static RequestHead check(HttpRequest request) throws Refusal {
    HttpHeaders headers = request.headers();
    if (request.method().equals(HttpMethod.CONNECT)) {
      throw new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "this is not a proxy for CONNECT");
    }
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!encodings.isEmpty()
        && (encodings.size() > 1
            || !encodings.get(0).equalsIgnoreCase("chunked")
            || request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0)) {
      throw bad("a Transfer-Encoding other than chunked");
    }
    if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1) {
      throw bad("several Content-Length headers");
    }
    String target = request.uri();
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c == 0x7f) {
        throw bad("a request target with spaces or control characters");
      }
    }
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1) {
      throw bad("several Host headers");
    }
    String host = hosts.isEmpty() ? "" : hosts.get(0).trim();
    if (!target.startsWith("/") && !target.equals("*")) {
      String lower = target.toLowerCase(Locale.ROOT);
      int scheme = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
      if (scheme < 0) {
        throw bad("a request target that is neither a path nor a URL");
      }
      int end = firstOf(target, scheme);
      host = target.substring(scheme, end);
      target = target.substring(end);
      target = target.startsWith("/") ? target : "/" + target;
    }
    if (host.isEmpty() || !HOST.matcher(host).matches()) {
      throw bad("no valid Host");
    }
    return new RequestHead(request, host, target);
  }

  private static int firstOf(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if ("/?#".indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  private static Refusal bad(String what) {
    return new Refusal(HttpResponseStatus.BAD_REQUEST, "the request is not valid HTTP: " + what);
  }

  String host() {
    return host;
  }

  String uri() {
    return uri;
  }

  HttpHeaders headers() {
    return request.headers();
  }

  HttpMethod method() {
    return request.method();
  }

  HttpVersion version() {
    return request.protocolVersion();
  }

  boolean isGrpc() {
    String type = headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    return type.toLowerCase(Locale.ROOT).startsWith("application/grpc")
        && !type.toLowerCase(Locale.ROOT).startsWith("application/grpc-web");
  }

  /** The protocol that the client wants to change to; null for none. */
  @Nullable String upgrade() {
    if (!headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
      return null;
    }
    String protocol = headers().get(HttpHeaderNames.UPGRADE);
    return protocol == null || protocol.toLowerCase(Locale.ROOT).startsWith("h2c")
        ? null
        : protocol;
  }

  boolean hasBody() {
    return HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0;
  }

  /**
   * The head that the service sees.
   *
   * @param trusted whether what the client says of those before it is believed
   */
  HttpRequest forService(Route route, InetSocketAddress client, boolean secure, boolean trusted) {
    HttpRequest copy =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, method(), route.uri(), headers().copy());
    HttpHeaders to = copy.headers();
    boolean trailers = to.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    String protocol = upgrade();
    HopByHop.remove(to);
    to.set(HttpHeaderNames.HOST, host);
    if (chunked) {
      to.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    if (trailers) {
      to.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
    }
    if (protocol != null) {
      to.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      to.set(HttpHeaderNames.UPGRADE, protocol);
    }
    forwarded(to, route, client, secure, trusted);
    return copy;
  }

  private void forwarded(
      HttpHeaders to, Route route, InetSocketAddress client, boolean secure, boolean trusted) {
    String address = client.getAddress() == null ? "unknown" : client.getAddress().getHostAddress();
    String scheme = secure ? "https" : "http";
    String node = address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
    String element = "for=" + node + ";host=\"" + host + "\";proto=" + scheme;
    if (!trusted) {
      List.of(
              "forwarded",
              "x-forwarded-for",
              "x-forwarded-proto",
              "x-forwarded-host",
              "x-forwarded-port",
              "x-forwarded-prefix",
              "x-real-ip")
          .forEach(to::remove);
    }
    append(to, "x-forwarded-for", address);
    append(to, "forwarded", element);
    setIfAbsent(to, "x-forwarded-proto", scheme);
    setIfAbsent(to, "x-forwarded-host", host);
    setIfAbsent(to, "x-forwarded-port", port(secure));
    if (!route.prefix().isEmpty()) {
      to.set("x-forwarded-prefix", route.prefix());
    }
  }

  private String port(boolean secure) {
    int colon = host.lastIndexOf(':');
    boolean given = colon >= 0 && host.indexOf(']') < colon;
    return given ? host.substring(colon + 1) : secure ? "443" : "80";
  }

  private static void append(HttpHeaders headers, String name, String value) {
    List<String> before = headers.getAll(name);
    headers.set(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
  }

  private static void setIfAbsent(HttpHeaders headers, String name, String value) {
    if (!headers.contains(name)) {
      headers.set(name, value);
    }
  }
}
