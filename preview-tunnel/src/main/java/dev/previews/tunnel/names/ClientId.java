package dev.previews.tunnel.names;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** The name of a key's owner in host names: a digest of the public key. */
public final class ClientId {
  private static final int LENGTH = 8;

  private ClientId() {}

  /**
   * The id of a public key: the first 8 characters of the Base64url SHA-1 without {@code -} and
   * {@code _}, in lower case. SHA-1 is what the protocol says; nothing rests on it, since the whole
   * key is compared before a name is given away.
   *
   * @param publicKey the key as SSH transmits it
   */
  public static String of(byte[] publicKey) {
    String digest =
        Base64.getUrlEncoder().withoutPadding().encodeToString(digest("SHA-1", publicKey));
    return digest.replaceAll("[_-]", "").substring(0, LENGTH).toLowerCase(Locale.ROOT);
  }

  static byte[] digest(String algorithm, String text) {
    return digest(algorithm, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
