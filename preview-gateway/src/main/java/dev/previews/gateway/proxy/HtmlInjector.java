package dev.previews.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.DecoderException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Adds HTML at the start of a page's head; where it has none, in one before its body, else before
 * its end. What comes before that place is held back, up to a limit.
 */
final class HtmlInjector {
  private static final int MOST_HELD = 256 * 1024;

  private final String html;
  private final @Nullable Gunzip gunzip;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private boolean done;

  /**
   * @param gzip whether the page comes compressed; it leaves as it was before
   */
  HtmlInjector(String html, boolean gzip) {
    this.html = html;
    this.gunzip = gzip ? new Gunzip() : null;
  }

  /**
   * What can be sent after this piece came; releases the piece.
   *
   * @throws DecoderException when the page is not what it is said to be
   */
  ByteBuf next(ByteBuf piece, boolean last, ByteBufAllocator allocator) {
    return added(gunzip == null ? piece : gunzip.next(piece, last, allocator), last, allocator);
  }

  /** Gives back what it holds. */
  void close() {
    if (gunzip != null) {
      gunzip.close();
    }
  }

  private ByteBuf added(ByteBuf piece, boolean last, ByteBufAllocator allocator) {
    if (done) {
      return piece;
    }
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes);
    piece.release();
    held.writeBytes(bytes);
    String text = held.toString(StandardCharsets.ISO_8859_1);
    Place place = find(text.toLowerCase(Locale.ROOT));
    if (place == null && (last || held.size() > MOST_HELD)) {
      place = new Place(text.length(), false);
    }
    if (place == null) {
      return allocator.buffer(0);
    }
    done = true;
    ByteBuf out = allocator.buffer(held.size() + html.length() + 16);
    out.writeCharSequence(text.substring(0, place.offset()), StandardCharsets.ISO_8859_1);
    out.writeCharSequence(
        place.inHead() ? html : "<head>" + html + "</head>", StandardCharsets.UTF_8);
    out.writeCharSequence(text.substring(place.offset()), StandardCharsets.ISO_8859_1);
    held.reset();
    return out;
  }

  private record Place(int offset, boolean inHead) {}

  /** Looks at tags one by one, past comments; null while the place may still come. */
  @SuppressWarnings("NullAway") // null is "not yet"
  private static Place find(String lower) {
    int at = 0;
    while ((at = lower.indexOf('<', at)) >= 0) {
      if (lower.startsWith("<!--", at)) {
        int end = lower.indexOf("-->", at + 4);
        if (end < 0) {
          return null;
        }
        at = end + 3;
        continue;
      }
      int end = lower.indexOf('>', at);
      if (end < 0) {
        return null;
      }
      if (isTag(lower, at, "<head")) {
        return new Place(end + 1, true);
      }
      if (isTag(lower, at, "<body") || isTag(lower, at, "</html")) {
        return new Place(at, false);
      }
      at = end + 1;
    }
    return null;
  }

  private static boolean isTag(String lower, int at, String name) {
    return lower.startsWith(name, at)
        && !Character.isLetterOrDigit(lower.charAt(at + name.length()));
  }
}
