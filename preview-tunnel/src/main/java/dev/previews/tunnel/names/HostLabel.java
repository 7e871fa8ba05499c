package dev.previews.tunnel.names;

import java.util.Base64;
import java.util.Locale;

/** The first label of a tunnel's host name: {@code <name>-<client id>}, at most 63 characters. */
public final class HostLabel {
  private static final int LONGEST = 63;
  private static final int DIGEST = 4;

  private HostLabel() {}

  /**
   * The label of a client's tunnel. A name that is too long, or has what a host name may not have,
   * is changed and ends with a digest of the original.
   *
   * @param tunnel the tunnel's name, with or without a leading slash
   */
  public static String of(String tunnel, String clientId) {
    String name = tunnel.startsWith("/") ? tunnel.substring(1) : tunnel;
    return cut(name, LONGEST - clientId.length() - 1) + "-" + clientId;
  }

  private static String cut(String name, int longest) {
    String safe = safe(name);
    if (name.length() <= longest && safe.equals(name)) {
      return name;
    }
    String digest =
        safe(Base64.getUrlEncoder().withoutPadding().encodeToString(ClientId.digest("MD5", name)))
            .substring(0, DIGEST);
    return safe.substring(0, Math.min(safe.length(), longest - DIGEST - 1)) + "-" + digest;
  }

  private static String safe(String text) {
    return text.replaceAll("[^a-zA-Z0-9_-]", "-").toLowerCase(Locale.ROOT);
  }
}
