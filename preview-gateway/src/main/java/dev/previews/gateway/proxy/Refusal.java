package dev.previews.gateway.proxy;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/** A request that is answered by the gateway itself; the message is shown to whoever sent it. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient HttpResponseStatus status;
  private final transient Map<String, String> headers;

  Refusal(HttpResponseStatus status, String message) {
    this(status, message, Map.of());
  }

  Refusal(HttpResponseStatus status, String message, Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.headers = headers;
  }

  HttpResponseStatus status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
