package dev.previews.tunnel.names;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** The name of the tunnel to one port of a service: {@code <service>-<port>-<environment>}. */
public final class TunnelName {
  /** What a gateway takes as it is: 63, less a dash and a client id. */
  private static final int LONGEST = 54;

  private static final int DIGEST = 8;
  private static final Pattern SAFE = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

  /** Could be read as another service, its port, and the beginning of an environment. */
  private static final Pattern AMBIGUOUS_SERVICE = Pattern.compile(".*-[0-9]+-[a-z].*");

  private TunnelName() {}

  /**
   * The name. Two different ports, services or environments never have the same one: where the
   * plain form could be taken for another, or is no part of a host name, a digest follows two
   * dashes.
   */
  public static String of(String service, int port, String environment) {
    String plain = service + "-" + port + "-" + environment;
    if (plain.length() <= LONGEST
        && SAFE.matcher(plain).matches()
        && !plain.contains("--")
        && !AMBIGUOUS_SERVICE.matcher(service).matches()) {
      return plain;
    }
    String safe =
        plain.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    String cut = safe.substring(0, Math.min(safe.length(), LONGEST - DIGEST - 2));
    return cut.replaceAll("-+$", "") + "--" + digest(service + '\0' + port + '\0' + environment);
  }

  /** 8 characters: about 41 bits of a SHA-256. */
  private static String digest(String original) {
    String digits = new BigInteger(1, ClientId.digest("SHA-256", original)).toString(36);
    return digits.substring(digits.length() - DIGEST);
  }
}
