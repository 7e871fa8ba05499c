package dev.previews.gateway.proxy;

import dev.previews.gateway.tunnels.Tunnel;
import dev.previews.tunnel.Access;
import dev.previews.tunnel.access.AccessLink;
import dev.previews.tunnel.access.AccessToken;
import dev.previews.tunnel.access.InvalidTokenException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets those into a private tunnel who have a token of its key: as a cookie, a link's parameter,
 * bearer, or the password of a fixed user. What let them in goes no further; with the cookie, the
 * application's own {@code Authorization} does.
 */
final class AccessGate {
  private static final String COOKIE = "preview_access";

  /** A browser takes a cookie of such a name from this very host only, not from its siblings. */
  private static final String HOST_COOKIE = "__Host-" + COOKIE;

  /** How many cookies of one request are looked at: siblings of a host can give it some. */
  private static final int MOST_COOKIES = 10;

  private static final String USER = AccessLink.USER + ":";
  private static final Duration LONGEST_COOKIE = Duration.ofDays(30);
  private static final Pattern LEADING_SLASHES = Pattern.compile("^[/\\\\]+");
  private static final Pattern BROWSER =
      Pattern.compile("chrome|firefox|safari|opera|msie|trident");

  private final URI root;
  private final boolean secure;

  /** A gate of the gateway at a URL; {@code secure} when clients come by HTTPS. */
  AccessGate(URI root, boolean secure) {
    this.root = root;
    this.secure = secure;
  }

  /**
   * Checks a request and removes from it what was shown to the gate.
   *
   * @return where it goes on to
   * @throws Refusal when it may not, or must come again without the token in its address
   */
  Route pass(RequestHead head, Route route, Instant now) throws Refusal {
    Tunnel tunnel = route.tunnel();
    List<String> cookies = takeCookies(head.headers());
    String link = parameter(route.uri(), AccessLink.PARAMETER);
    Route unlinked = new Route(tunnel, without(route.uri(), AccessLink.PARAMETER), route.prefix());
    boolean preflight = head.method().equals(HttpMethod.OPTIONS) && head.upgrade() == null;
    if (tunnel.request().access() == Access.PUBLIC || preflight) {
      return unlinked;
    }
    String hint = parameter(route.uri(), AccessLink.HINT);
    Route clean = new Route(tunnel, without(unlinked.uri(), AccessLink.HINT), route.prefix());
    boolean ownHost = route.prefix().isEmpty();
    if (link != null) {
      Instant expiry = verify(link, tunnel, now, false);
      if (isPage(head)) {
        throw ownHost ? comeAgain(clean, link, expiry, now) : comeToHost(clean, link);
      }
      return clean;
    }
    if (ownHost && cookies.stream().anyMatch(cookie -> isValid(cookie, tunnel, now))) {
      return clean;
    }
    String shown = authorization(head.headers());
    if (shown == null) {
      throw unauthorized(
          cookies.isEmpty() || !ownHost
              ? "it is private: open it with a link that lets you in"
              : "your access has ended: open it with a new link",
          ownHost && "basic".equals(hint));
    }
    boolean basic = ownHost && isBasic(head.headers());
    Instant expiry = verify(shown, tunnel, now, basic);
    head.headers().remove(HttpHeaderNames.AUTHORIZATION);
    if (basic && isPage(head) && isBrowser(head.headers())) {
      throw comeAgain(clean, shown, expiry, now);
    }
    return clean;
  }

  private static boolean isPage(RequestHead head) {
    return (head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD))
        && head.upgrade() == null;
  }

  private static boolean isBrowser(HttpHeaders headers) {
    return BROWSER
        .matcher(headers.get(HttpHeaderNames.USER_AGENT, "").toLowerCase(Locale.ROOT))
        .find();
  }

  private static Instant verify(String token, Tunnel tunnel, Instant now, boolean ask)
      throws Refusal {
    try {
      return AccessToken.verify(token, tunnel.client().key(), tunnel.client().environment(), now);
    } catch (InvalidTokenException e) {
      throw unauthorized("the access token does not let you in: " + e.getMessage(), ask);
    }
  }

  private static boolean isValid(String token, Tunnel tunnel, Instant now) {
    try {
      AccessToken.verify(token, tunnel.client().key(), tunnel.client().environment(), now);
      return true;
    } catch (InvalidTokenException e) {
      return false;
    }
  }

  private static Refusal unauthorized(String message, boolean ask) {
    return new Refusal(
        HttpResponseStatus.UNAUTHORIZED,
        message,
        ask ? Map.of("www-authenticate", "Basic realm=\"private environment\"") : Map.of());
  }

  /** Gives the cookie, and sends the browser to where it wanted to go. */
  private Refusal comeAgain(Route route, String token, Instant expiry, Instant now) {
    Duration left =
        expiry.isBefore(now.plus(LONGEST_COOKIE)) ? Duration.between(now, expiry) : LONGEST_COOKIE;
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "set-cookie",
        (secure ? HOST_COOKIE : COOKIE)
            + "="
            + token
            + "; Path=/; Max-Age="
            + left.toSeconds()
            + "; HttpOnly; "
            + (secure ? "Secure; SameSite=None" : "SameSite=Lax"));
    headers.put("location", path(route));
    headers.put("referrer-policy", "no-referrer");
    return new Refusal(HttpResponseStatus.TEMPORARY_REDIRECT, "you are let in", headers);
  }

  /**
   * Sends the browser to the host that is this tunnel's alone. What is reached by path shares its
   * host with everybody's tunnels: their pages could use a cookie that was given there.
   */
  private Refusal comeToHost(Route route, String token) {
    String path = path(route);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "location",
        root.getScheme()
            + "://"
            + route.tunnel().label()
            + "."
            + root.getAuthority()
            + path
            + (path.indexOf('?') < 0 ? "?" : "&")
            + AccessLink.PARAMETER
            + "="
            + token);
    headers.put("referrer-policy", "no-referrer");
    return new Refusal(
        HttpResponseStatus.TEMPORARY_REDIRECT, "it is private and has its own host", headers);
  }

  /** What cannot be taken for another host, as a browser does with two slashes of either kind. */
  private static String path(Route route) {
    return "/" + LEADING_SLASHES.matcher(route.uri()).replaceFirst("");
  }

  /** The tokens of our cookies, which are taken out of the request. */
  private List<String> takeCookies(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.COOKIE)) {
      return List.of();
    }
    List<String> tokens = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (String pair : header.split(";")) {
        String trimmed = pair.trim();
        String name = trimmed.substring(0, Math.max(0, trimmed.indexOf('=')));
        if (name.equals(HOST_COOKIE) || name.equals(COOKIE)) {
          if (secure == name.equals(HOST_COOKIE) && tokens.size() < MOST_COOKIES) {
            tokens.add(trimmed.substring(name.length() + 1));
          }
        } else if (!trimmed.isEmpty()) {
          others.add(trimmed);
        }
      }
    }
    headers.remove(HttpHeaderNames.COOKIE);
    if (!others.isEmpty()) {
      headers.set(HttpHeaderNames.COOKIE, String.join("; ", others));
    }
    return tokens;
  }

  private static boolean isBasic(HttpHeaders headers) {
    return headers.get(HttpHeaderNames.AUTHORIZATION, "").regionMatches(true, 0, "Basic ", 0, 6);
  }

  private static @Nullable String authorization(HttpHeaders headers) {
    String value = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    if (value.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return value.substring(7).trim();
    }
    if (isBasic(headers)) {
      try {
        String pair =
            new String(
                Base64.getDecoder().decode(value.substring(6).trim()), StandardCharsets.UTF_8);
        return pair.startsWith(USER) ? pair.substring(USER.length()) : null;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    return null;
  }

  private static @Nullable String parameter(String uri, String name) {
    int question = uri.indexOf('?');
    if (question >= 0) {
      for (String pair : uri.substring(question + 1).split("&")) {
        if (pair.startsWith(name + "=")) {
          return pair.substring(name.length() + 1);
        }
      }
    }
    return null;
  }

  private static String without(String uri, String name) {
    int question = uri.indexOf('?');
    if (question < 0) {
      return uri;
    }
    List<String> kept = new ArrayList<>();
    boolean found = false;
    for (String pair : uri.substring(question + 1).split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        found = true;
      } else {
        kept.add(pair);
      }
    }
    if (!found) {
      return uri;
    }
    return uri.substring(0, question) + (kept.isEmpty() ? "" : "?" + String.join("&", kept));
  }
}
