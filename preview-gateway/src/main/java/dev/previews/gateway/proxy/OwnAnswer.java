package dev.previews.gateway.proxy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/** What the gateway itself answers: a page, JSON or plain text, as the client likes it. */
final class OwnAnswer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private OwnAnswer() {}

  static FullHttpResponse of(Refusal refusal, HttpHeaders request) {
    HttpResponseStatus status = refusal.status();
    String message = Objects.requireNonNullElse(refusal.getMessage(), status.reasonPhrase());
    String accept =
        String.join(",", request.getAll(HttpHeaderNames.ACCEPT)).toLowerCase(Locale.ROOT);
    FullHttpResponse answer;
    if (accept.contains("json")) {
      String json =
          JSON.createObjectNode().put("status", status.code()).put("message", message).toString();
      answer = text(status, "application/json", json + "\n");
    } else if (accept.contains("html")) {
      answer = text(status, "text/html; charset=utf-8", page(status, message));
      answer
          .headers()
          .set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    } else {
      answer = text(status, "text/plain; charset=utf-8", message + "\n");
    }
    refusal.headers().forEach((name, value) -> answer.headers().set(name, value));
    return answer;
  }

  static FullHttpResponse text(HttpResponseStatus status, String type, String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    FullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
    answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    answer.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    answer.headers().set("x-content-type-options", "nosniff");
    return answer;
  }

  private static String page(HttpResponseStatus status, String message) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>"
        + status.code()
        + " "
        + escape(status.reasonPhrase())
        + "</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:15vh"
        + " auto;padding:0 1rem}</style></head><body><h1>"
        + escape(status.reasonPhrase())
        + "</h1><p>"
        + escape(message)
        + "</p></body></html>\n";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
