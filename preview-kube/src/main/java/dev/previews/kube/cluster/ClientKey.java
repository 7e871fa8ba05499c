package dev.previews.kube.cluster;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key of a client certificate. Of one in PKCS #8 the client library does not find out the
 * algorithm, which is inside and not in the first line, and takes it for RSA.
 */
final class ClientKey {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private ClientKey() {}

  /** Says the algorithm where it is not RSA. What cannot be read is left for the library to say. */
  static void identify(Config config) {
    try {
      Matcher key = PKCS8.matcher(text(config));
      if (key.find() && isElliptic(Base64.getMimeDecoder().decode(key.group(1)))) {
        config.setClientKeyAlgo("EC");
      }
    } catch (IOException | IllegalArgumentException e) {
      // The library reads it again, and fails.
    }
  }

  private static String text(Config config) throws IOException {
    if (config.getClientKeyData() != null) {
      return new String(
          Base64.getMimeDecoder().decode(config.getClientKeyData()), StandardCharsets.ISO_8859_1);
    }
    return config.getClientKeyFile() == null
        ? ""
        : Files.readString(Path.of(config.getClientKeyFile()), StandardCharsets.ISO_8859_1);
  }

  private static boolean isElliptic(byte[] key) {
    try {
      KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
