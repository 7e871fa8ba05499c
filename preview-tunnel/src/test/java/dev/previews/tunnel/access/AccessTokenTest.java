package dev.previews.tunnel.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.tunnel.keys.TunnelKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class AccessTokenTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private final TunnelKey key = TunnelKey.generate();
  private final String token = AccessToken.issue(key, "demo", NOW, Duration.ofHours(1));

  @Test
  void holdsForItsEnvironmentUntilItExpires() {
    Instant expiry = NOW.plusSeconds(3600);
    assertThat(AccessToken.verify(token, key.publicKey(), "demo", NOW)).isEqualTo(expiry);
    refused(token, key, "other", NOW, "another environment");
    refused(token, key, "demo", expiry, "expired");
  }

  @Test
  void anotherKeysTokenIsRefused() {
    refused(token, TunnelKey.generate(), "demo", NOW, "signature");
  }

  @Test
  void aForgedTokenIsRefused() {
    String[] parts = token.split("\\.");
    String forged = encode("{\"iss\":\"" + AccessToken.issuer(key.publicKey()) + "\"}");
    refused(parts[0] + "." + forged + "." + parts[2], key, "demo", NOW, "signature");
    refused(encode("{\"alg\":\"none\"}") + "." + forged + ".", key, "demo", NOW, "signature");
    refused(
        encode("{\"alg\":\"HS256\"}") + "." + forged + "." + parts[2],
        key,
        "demo",
        NOW,
        "signature");
    refused("a.b", key, "demo", NOW, "not a signed");
    refused("!.!.!", key, "demo", NOW, "Base64");
    refused("x".repeat(100_000), key, "demo", NOW, "not a signed");
  }

  /** As the first implementation of the protocol makes them: no environment, no expiry. */
  @Test
  void aTokenForAllEnvironmentsHolds() {
    String signed =
        encode("{\"alg\":\"EdDSA\"}")
            + "."
            + encode("{\"iss\":\"" + AccessToken.issuer(key.publicKey()) + "\"}");
    String general =
        signed
            + "."
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(key.sign(signed.getBytes(StandardCharsets.US_ASCII)));
    assertThat(AccessToken.verify(general, key.publicKey(), "any", NOW)).isEqualTo(Instant.MAX);
  }

  private static void refused(
      String token, TunnelKey key, String environment, Instant now, String why) {
    assertThatThrownBy(() -> AccessToken.verify(token, key.publicKey(), environment, now))
        .isInstanceOf(InvalidTokenException.class)
        .hasMessageContaining(why);
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
