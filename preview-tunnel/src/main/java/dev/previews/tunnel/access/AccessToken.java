package dev.previews.tunnel.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.previews.tunnel.keys.SshPublicKey;
import dev.previews.tunnel.keys.TunnelKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A JSON Web Token that opens what a key's owner keeps private: signed by that key, which alone can
 * verify it. It says whose it is ({@code iss}, {@code preevy://<thumbprint URI>}), until when
 * ({@code exp}), and perhaps for which environment ({@code env}).
 */
public final class AccessToken {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 8192;
  private static final Duration CLOCKS = Duration.ofSeconds(60);

  private AccessToken() {}

  /**
   * Makes one for one environment.
   *
   * @param ttl for how long from now; positive
   */
  public static String issue(TunnelKey key, String environment, Instant now, Duration ttl) {
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("a token must be valid for a positive time, not " + ttl);
    }
    ObjectNode claims = JSON.createObjectNode();
    claims.put("iss", issuer(key.publicKey()));
    claims.put("env", environment);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(ttl).getEpochSecond());
    String signed = base64("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}") + "." + base64(claims.toString());
    byte[] signature = key.sign(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  /**
   * Checks one: its signature, its issuer, its time, and the environment if it names one. A token
   * of this key without {@code env} or without {@code exp}, as Preevy makes them, holds for all the
   * key's environments and for ever.
   *
   * @return until when it holds
   * @throws InvalidTokenException saying what is wrong, without anything of the token
   */
  public static Instant verify(String token, SshPublicKey key, String environment, Instant now) {
    JsonNode claims = claims(token, key);
    if (!claims.path("iss").asText().equals(issuer(key))) {
      throw new InvalidTokenException("it is of another issuer");
    }
    if (claims.has("env") && !claims.path("env").asText().equals(environment)) {
      throw new InvalidTokenException("it is for another environment");
    }
    if (now.plus(CLOCKS).isBefore(time(claims, "nbf", Instant.MIN))) {
      throw new InvalidTokenException("it is not valid yet");
    }
    Instant expiry = time(claims, "exp", Instant.MAX);
    if (!now.isBefore(expiry)) {
      throw new InvalidTokenException("it has expired");
    }
    return expiry;
  }

  private static JsonNode claims(String token, SshPublicKey key) {
    String[] parts = token.length() > LONGEST ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      throw new InvalidTokenException("it is not a signed JSON Web Token");
    }
    try {
      JsonNode header = JSON.readTree(Base64.getUrlDecoder().decode(parts[0]));
      if (header == null || header.has("crit")) {
        throw new InvalidTokenException("it has critical extensions");
      }
      byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
      byte[] signature = Base64.getUrlDecoder().decode(parts[2]);
      if (!key.verifyToken(header.path("alg").asText(), signed, signature)) {
        throw new InvalidTokenException("its signature is not that of the environment's key");
      }
      JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
      if (claims == null || !claims.isObject()) {
        throw new InvalidTokenException("it has no claims");
      }
      return claims;
    } catch (IllegalArgumentException | IOException e) {
      throw new InvalidTokenException("it is not Base64 and JSON");
    }
  }

  private static Instant time(JsonNode claims, String name, Instant absent) {
    if (!claims.has(name)) {
      return absent;
    }
    if (!claims.path(name).isNumber() || Math.abs(claims.path(name).asDouble()) > 1e11) {
      throw new InvalidTokenException("its '" + name + "' is not a time");
    }
    return Instant.ofEpochSecond(claims.path(name).asLong());
  }

  /** What a key's own tokens have as their issuer. */
  public static String issuer(SshPublicKey key) {
    return "preevy://" + key.thumbprint();
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
