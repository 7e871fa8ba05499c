package dev.previews.tunnel.keys;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A public key as SSH transmits it: Ed25519, ECDSA on the NIST curves, or RSA from 2048 bits on.
 * Immutable; equal by its bytes.
 */
public final class SshPublicKey {
  private static final int SHORTEST_RSA = 2048;
  private static final int LONGEST_RSA = 16384;

  /** Of SSH's signature algorithms to those of the JDK. */
  private static final Map<String, String> RSA =
      Map.of("rsa-sha2-256", "SHA256withRSA", "rsa-sha2-512", "SHA512withRSA");

  private final byte[] blob;
  private final PublicKey key;
  private final Map<String, String> signatures;
  private final Map<String, String> tokenSignatures;
  private final String jwk;
  private final @Nullable Curve curve;

  private SshPublicKey(
      byte[] blob,
      PublicKey key,
      Map<String, String> signatures,
      Map<String, String> tokenSignatures,
      String jwk,
      @Nullable Curve curve) {
    this.blob = blob;
    this.key = key;
    this.signatures = signatures;
    this.tokenSignatures = tokenSignatures;
    this.jwk = jwk;
    this.curve = curve;
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException when it is none, or none of these kinds
   */
  public static SshPublicKey parse(byte[] blob) {
    ByteBuffer in = ByteBuffer.wrap(blob);
    String type = SshWire.readText(in);
    try {
      SshPublicKey key =
          switch (type) {
            case "ssh-ed25519" -> ed25519(blob, in);
            case "ssh-rsa" -> rsa(blob, in);
            case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" ->
                ecdsa(blob, type, in);
            default ->
                throw new IllegalArgumentException(
                    "keys of the type " + type + " are not supported");
          };
      SshWire.requireEnd(in);
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a valid " + type + " key: " + e.getMessage(), e);
    }
  }

  private static SshPublicKey ed25519(byte[] blob, ByteBuffer in) throws GeneralSecurityException {
    byte[] point = SshWire.readBytes(in);
    if (point.length != 32) {
      throw new IllegalArgumentException("an Ed25519 key of " + point.length + " bytes");
    }
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[i] = point[31 - i];
    }
    boolean odd = bigEndian[0] < 0;
    bigEndian[0] &= 0x7f;
    PublicKey key =
        KeyFactory.getInstance("Ed25519")
            .generatePublic(
                new EdECPublicKeySpec(
                    NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, bigEndian))));
    return new SshPublicKey(
        blob.clone(),
        key,
        Map.of("ssh-ed25519", "Ed25519"),
        Map.of("EdDSA", "Ed25519"),
        "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + base64(point) + "\"}",
        null);
  }

  private static SshPublicKey rsa(byte[] blob, ByteBuffer in) throws GeneralSecurityException {
    BigInteger exponent = SshWire.readInteger(in);
    BigInteger modulus = SshWire.readInteger(in);
    if (modulus.bitLength() < SHORTEST_RSA || modulus.bitLength() > LONGEST_RSA) {
      throw new IllegalArgumentException(
          "an RSA key of "
              + modulus.bitLength()
              + " bits: it must have "
              + SHORTEST_RSA
              + " at least");
    }
    PublicKey key =
        KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    return new SshPublicKey(
        blob.clone(),
        key,
        RSA,
        Map.of("RS256", "SHA256withRSA", "RS384", "SHA384withRSA", "RS512", "SHA512withRSA"),
        "{\"e\":\""
            + base64(unsigned(exponent))
            + "\",\"kty\":\"RSA\",\"n\":\""
            + base64(unsigned(modulus))
            + "\"}",
        null);
  }

  private static SshPublicKey ecdsa(byte[] blob, String type, ByteBuffer in)
      throws GeneralSecurityException {
    Curve curve = Curve.ofSsh(SshWire.readText(in));
    if (!type.equals("ecdsa-sha2-" + curve.ssh)) {
      throw new IllegalArgumentException("a " + type + " key on the curve " + curve.ssh);
    }
    byte[] point = SshWire.readBytes(in);
    return new SshPublicKey(
        blob.clone(),
        curve.key(point),
        Map.of(type, curve.jdkSignature),
        Map.of(curve.jws, curve.jdkSignature),
        "{\"crv\":\""
            + curve.jwk
            + "\",\"kty\":\"EC\",\"x\":\""
            + base64(curve.x(point))
            + "\",\"y\":\""
            + base64(curve.y(point))
            + "\"}",
        curve);
  }

  /** The key as SSH transmits it. */
  public byte[] blob() {
    return blob.clone();
  }

  /** The key as the JDK has it. */
  public PublicKey jdkKey() {
    return key;
  }

  /** The signature algorithms that the key's owner may use in SSH. */
  public Set<String> signatureAlgorithms() {
    return signatures.keySet();
  }

  /** The key's JWK thumbprint URI of RFC 9278, by SHA-256. */
  public String thumbprint() {
    return "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
        + base64(sha256(jwk.getBytes(StandardCharsets.UTF_8)));
  }

  /** The key's fingerprint as OpenSSH prints it. */
  public String fingerprint() {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256(blob));
  }

  /**
   * Whether a signature as SSH transmits it is this key's.
   *
   * @param algorithm one of {@link #signatureAlgorithms}
   * @param signature the algorithm's name and the signature proper
   */
  public boolean verify(String algorithm, byte[] data, byte[] signature) {
    String jdk = signatures.get(algorithm);
    if (jdk == null) {
      return false;
    }
    try {
      ByteBuffer in = ByteBuffer.wrap(signature);
      String format = SshWire.readText(in);
      byte[] value = SshWire.readBytes(in);
      SshWire.requireEnd(in);
      return format.equals(algorithm)
          && verifyRaw(jdk, data, curve == null ? value : curve.halves(value));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Whether a signature of a JSON Web Token is this key's. The algorithm must be one of the key's
   * own kind: what the token says decides nothing else.
   */
  public boolean verifyToken(String algorithm, byte[] data, byte[] signature) {
    String jdk = tokenSignatures.get(algorithm);
    return jdk != null && verifyRaw(jdk, data, signature);
  }

  private boolean verifyRaw(String jdk, byte[] data, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(jdk);
      verifier.initVerify(key);
      verifier.update(data);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] unsigned(BigInteger value) {
    byte[] bytes = value.toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SshPublicKey that && Arrays.equals(blob, that.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  /** Its fingerprint. */
  @Override
  public String toString() {
    return fingerprint();
  }
}
