package dev.previews.kube.connection;

import dev.previews.spi.Dialer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the first bytes of a stream say about the carrier that it needs. */
final class Openings {
  private static final int LONGEST_HEAD = 64 * 1024;
  private static final int LONGEST_METHOD = 16;
  private static final Pattern ENDS =
      Pattern.compile("\\r\\n(upgrade:|connection:[^\\r]*close)", Pattern.CASE_INSENSITIVE);
  private static final Pattern REQUEST = Pattern.compile("[A-Z]{3,16} [/*h].*", Pattern.DOTALL);
  private static final Pattern BEGIN_OF_REQUEST = Pattern.compile("[A-Z]{1,16}( [/*h]?)?");
  private static final int TLS_HANDSHAKE = 22;
  private static final int TLS_MAJOR = 3;

  private Openings() {}

  /**
   * The engine's API. Attached streams (an HTTP upgrade) have to end in one direction alone, and
   * where the end of the stream is the end of the answer, a command tells it at once and a
   * forwarded port a second later.
   */
  static LateStream.Choice ofEngine(Dialer forwarded, Dialer halfClosing) {
    return head -> {
      String text = new String(head, StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      if (end < 0 && head.length <= LONGEST_HEAD) {
        return Optional.empty();
      }
      boolean ends = end < 0 || ENDS.matcher(text.substring(0, end)).find();
      return Optional.of(ends ? halfClosing : forwarded);
    };
  }

  /** A service. HTTP and TLS say within the stream where something ends; others may not. */
  static LateStream.Choice ofService(Dialer forwarded, Dialer halfClosing) {
    return head -> {
      if (head.length > 0 && head[0] == TLS_HANDSHAKE) {
        return head.length == 1
            ? Optional.empty()
            : Optional.of(head[1] == TLS_MAJOR ? forwarded : halfClosing);
      }
      String start =
          new String(head, 0, Math.min(head.length, 2 * LONGEST_METHOD), StandardCharsets.US_ASCII);
      if (REQUEST.matcher(start).matches()) {
        return Optional.of(forwarded);
      }
      return BEGIN_OF_REQUEST.matcher(start).matches()
          ? Optional.empty()
          : Optional.of(halfClosing);
    };
  }
}
