package dev.previews.compose.deployment;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs digests of secrets, so that who sees a signature cannot try out what the secret is. The key
 * is made on the machine by the first one that has its {@link Lease}, and goes with it.
 */
public final class ContentKey {
  private static final int BYTES = 32;

  private final byte[] key;

  private ContentKey(byte[] key) {
    this.key = key;
  }

  /** A new key, in hexadecimal digits. */
  static String random() {
    byte[] fresh = new byte[BYTES];
    new SecureRandom().nextBytes(fresh);
    return HexFormat.of().formatHex(fresh);
  }

  /** Whether the text can be a key. */
  static boolean isKey(String text) {
    return text.matches("[0-9a-f]{" + 2 * BYTES + "}");
  }

  /** The key with these hexadecimal digits. */
  static ContentKey of(String text) {
    return new ContentKey(HexFormat.of().parseHex(text));
  }

  /** The signature of a digest, in hexadecimal digits. */
  public String sign(String digest) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(digest.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
