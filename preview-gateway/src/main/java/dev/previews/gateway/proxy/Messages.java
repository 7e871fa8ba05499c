package dev.previews.gateway.proxy;

import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;

/** HTTP messages in parts. */
final class Messages {
  private Messages() {}

  /**
   * The body alone, where the head came in one piece with it: a second head must not be written.
   */
  static HttpContent body(HttpContent content) {
    return content instanceof FullHttpMessage whole
        ? new DefaultLastHttpContent(whole.content(), whole.trailingHeaders())
        : content;
  }
}
