package dev.previews.gateway.proxy;

import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/**
 * HTTP/1 as a server speaks it, refusing whatever two servers could understand differently: bare
 * line feeds, both kinds of length, several lengths.
 */
final class StrictCodec
    extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
  static final int LONGEST_LINE = 16 * 1024;
  static final int LONGEST_HEAD = 64 * 1024;

  private boolean headOnly;

  StrictCodec() {
    init(new Decoder(), new Encoder());
  }

  /** Whether the answer to the current request has no body, whatever its header says. */
  void headOnly(boolean value) {
    headOnly = value;
  }

  private static final class Decoder extends HttpRequestDecoder {
    Decoder() {
      super(
          new HttpDecoderConfig()
              .setMaxInitialLineLength(LONGEST_LINE)
              .setMaxHeaderSize(LONGEST_HEAD)
              .setAllowDuplicateContentLengths(false)
              .setStrictLineParsing(true));
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
      throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }
  }

  private final class Encoder extends HttpResponseEncoder {
    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
      return headOnly || super.isContentAlwaysEmpty(response);
    }
  }
}
