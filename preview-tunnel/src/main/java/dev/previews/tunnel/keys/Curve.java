package dev.previews.tunnel.keys;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;

/** The curves of ECDSA keys. */
enum Curve {
  P256("nistp256", "P-256", "secp256r1", 32, "SHA256", "ES256"),
  P384("nistp384", "P-384", "secp384r1", 48, "SHA384", "ES384"),
  P521("nistp521", "P-521", "secp521r1", 66, "SHA512", "ES512");

  final String ssh;
  final String jwk;
  final int size;
  final String jdkSignature;
  final String jws;
  private final String jdk;

  Curve(String ssh, String jwk, String jdk, int size, String hash, String jws) {
    this.ssh = ssh;
    this.jwk = jwk;
    this.jdk = jdk;
    this.size = size;
    this.jdkSignature = hash + "withECDSAinP1363Format";
    this.jws = jws;
  }

  static Curve ofSsh(String name) {
    return Arrays.stream(values())
        .filter(it -> it.ssh.equals(name))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("an unknown curve '" + name + "'"));
  }

  /** The key of an uncompressed point, which must be on the curve. */
  PublicKey key(byte[] point) throws GeneralSecurityException {
    if (point.length != 1 + 2 * size || point[0] != 4) {
      throw new IllegalArgumentException("not an uncompressed point of " + ssh);
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(jdk));
    ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
    BigInteger x = new BigInteger(1, x(point));
    BigInteger y = new BigInteger(1, y(point));
    requireOnCurve(spec, x, y);
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), spec));
  }

  private static void requireOnCurve(ECParameterSpec spec, BigInteger x, BigInteger y) {
    BigInteger p = ((java.security.spec.ECFieldFp) spec.getCurve().getField()).getP();
    BigInteger right = x.pow(3).add(spec.getCurve().getA().multiply(x)).add(spec.getCurve().getB());
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.pow(2).mod(p).equals(right.mod(p))) {
      throw new IllegalArgumentException("a point that is not on its curve");
    }
  }

  byte[] x(byte[] point) {
    return Arrays.copyOfRange(point, 1, 1 + size);
  }

  byte[] y(byte[] point) {
    return Arrays.copyOfRange(point, 1 + size, 1 + 2 * size);
  }

  /** From SSH's two integers to the two halves that JWS and the JDK have. */
  byte[] halves(byte[] sshSignature) {
    ByteBuffer in = ByteBuffer.wrap(sshSignature);
    BigInteger r = SshWire.readInteger(in);
    BigInteger s = SshWire.readInteger(in);
    SshWire.requireEnd(in);
    byte[] halves = new byte[2 * size];
    put(r, halves, 0);
    put(s, halves, size);
    return halves;
  }

  private void put(BigInteger value, byte[] to, int offset) {
    byte[] bytes = value.toByteArray();
    int start = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
    int length = bytes.length - start;
    if (length > size) {
      throw new IllegalArgumentException("a signature that is too long");
    }
    System.arraycopy(bytes, start, to, offset + size - length, length);
  }
}
