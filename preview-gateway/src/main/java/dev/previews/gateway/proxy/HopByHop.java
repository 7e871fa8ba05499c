package dev.previews.gateway.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** The headers that are for one connection only. */
final class HopByHop {
  private static final List<CharSequence> NAMES =
      List.of(
          HttpHeaderNames.CONNECTION,
          "keep-alive",
          "proxy-connection",
          HttpHeaderNames.PROXY_AUTHENTICATE,
          HttpHeaderNames.PROXY_AUTHORIZATION,
          HttpHeaderNames.TE,
          HttpHeaderNames.TRANSFER_ENCODING,
          HttpHeaderNames.UPGRADE,
          "http2-settings",
          "x-http2-stream-id",
          "x-http2-scheme",
          "x-http2-path",
          "x-http2-stream-weight",
          "x-http2-stream-dependency-id",
          "x-http2-stream-promise-id");

  private HopByHop() {}

  /** Removes them, and those that {@code Connection} names. */
  static void remove(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : value.split(",", -1)) {
        String trimmed = name.trim();
        if (!trimmed.isEmpty()
            && !trimmed.equalsIgnoreCase("host")
            && !trimmed.equalsIgnoreCase("content-length")) {
          headers.remove(trimmed);
        }
      }
    }
    NAMES.forEach(headers::remove);
  }
}
