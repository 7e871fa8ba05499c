package dev.previews.tunnel.access;

import java.net.URI;

/** A link that lets whoever has it into a private service. */
public final class AccessLink {
  /** The query parameter that holds the token. */
  public static final String PARAMETER = "_preview_access";

  /** The user whose password is a token. */
  public static final String USER = "x-preevy-profile-key";

  /** The query parameter that is {@code basic} where a browser is to be asked for a password. */
  public static final String HINT = "_preevy_auth_hint";

  private AccessLink() {}

  /** By a parameter. */
  public static URI byParameter(URI url, String token) {
    return url.resolve("/?" + PARAMETER + "=" + token);
  }

  /** By user and password, which is all that a Preevy tunnel server takes from a link. */
  public static URI byPassword(URI url, String token) {
    return URI.create(
        url.getScheme()
            + "://"
            + USER
            + ":"
            + token
            + "@"
            + url.getRawAuthority()
            + "/?"
            + HINT
            + "=basic");
  }
}
