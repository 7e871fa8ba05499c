package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.InjectedScript;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The scripts that one request's page gets. The service is asked for the page as it is, so that no
 * compression is in the way: what comes goes on at once, which a page in br cannot. One that comes
 * compressed all the same, with gzip or br, goes on uncompressed. Its tag says which scripts were
 * added, so that caches notice others.
 */
final class ScriptTags {
  private final String html;
  private final String mark;

  private ScriptTags(String html) {
    this.html = html;
    this.mark = "+preevy:" + Integer.toString(html.hashCode() & 0x7fff_ffff, 36);
  }

  /** Those for a path; none when {@link #isEmpty}. */
  static ScriptTags of(List<InjectedScript> scripts, String uri) {
    return new ScriptTags(
        scripts.stream()
            .filter(script -> script.appliesTo(uri))
            .map(ScriptTags::tag)
            .collect(Collectors.joining()));
  }

  private static String tag(InjectedScript script) {
    String source =
        script.source().replace("&", "&amp;").replace("\"", "&quot;").replace("<", "&lt;");
    return "<script src=\""
        + source
        + "\""
        + (script.async() ? " async" : "")
        + (script.defer() ? " defer" : "")
        + "></script>";
  }

  boolean isEmpty() {
    return html.isEmpty();
  }

  String html() {
    return html;
  }

  /** What the service is asked instead. */
  void ask(HttpHeaders request) {
    request.set(HttpHeaderNames.ACCEPT_ENCODING, "identity");
    request.remove(HttpHeaderNames.RANGE);
    for (CharSequence name : List.of(HttpHeaderNames.IF_NONE_MATCH, HttpHeaderNames.IF_MATCH)) {
      String value = request.get(name);
      if (value != null) {
        request.set(name, value.replace(mark, ""));
      }
    }
  }

  /** Whether an answer is a page that scripts can be added to. */
  static boolean fits(HttpHeaders answer) {
    String type = answer.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
    String encoding = answer.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    return type.startsWith("text/html")
        && !type.contains("utf-16")
        && !type.contains("utf-32")
        && (encoding.equalsIgnoreCase("identity") || isGzip(answer) || isBrotli(answer));
  }

  /** Whether a service compresses although it was asked not to. */
  static boolean isGzip(HttpHeaders answer) {
    String encoding = answer.get(HttpHeaderNames.CONTENT_ENCODING, "");
    return encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip");
  }

  /** Whether it does so with br. */
  static boolean isBrotli(HttpHeaders answer) {
    return answer.get(HttpHeaderNames.CONTENT_ENCODING, "").equalsIgnoreCase("br");
  }

  /** What its head says with scripts. */
  void mark(HttpHeaders answer) {
    answer.remove(HttpHeaderNames.CONTENT_LENGTH);
    answer.remove(HttpHeaderNames.CONTENT_ENCODING);
    answer.remove(HttpHeaderNames.ACCEPT_RANGES);
    answer.remove("content-md5");
    answer.remove("digest");
    String tag = answer.get(HttpHeaderNames.ETAG);
    if (tag != null && tag.endsWith("\"")) {
      answer.set(HttpHeaderNames.ETAG, tag.substring(0, tag.length() - 1) + mark + "\"");
    }
  }
}
