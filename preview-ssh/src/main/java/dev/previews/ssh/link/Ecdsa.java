package dev.previews.ssh.link;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;

/** ECDSA keys with what the JDK has; sshj asks for them by a name that only BouncyCastle knows. */
final class Ecdsa {
  private Ecdsa() {}

  /** A public key of any type from its blob. */
  static PublicKey publicKey(byte[] blob) throws GeneralSecurityException {
    Buffer.PlainBuffer buffer = new Buffer.PlainBuffer(blob);
    try {
      String type = buffer.readString();
      if (!type.startsWith("ecdsa-sha2-nistp")) {
        return KeyType.fromString(type).readPubKeyFromBuffer(buffer);
      }
      return publicKey(parameters(buffer.readString()), buffer.readBytes());
    } catch (Buffer.BufferException | UnsupportedOperationException e) {
      throw new GeneralSecurityException("not a public key: " + e.getMessage(), e);
    }
  }

  static PublicKey publicKey(ECParameterSpec curve, byte[] point) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(decode(curve, point), curve));
  }

  static PrivateKey privateKey(ECParameterSpec curve, byte[] number)
      throws GeneralSecurityException {
    return KeyFactory.getInstance("EC")
        .generatePrivate(new ECPrivateKeySpec(new BigInteger(1, number), curve));
  }

  /** The parameters of a curve by its name in SSH, as {@code nistp256}. */
  static ECParameterSpec parameters(String curve) throws GeneralSecurityException {
    String name =
        switch (curve) {
          case "nistp256" -> "secp256r1";
          case "nistp384" -> "secp384r1";
          case "nistp521" -> "secp521r1";
          default -> throw new GeneralSecurityException("the curve " + curve + " is not supported");
        };
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(name));
    return parameters.getParameterSpec(ECParameterSpec.class);
  }

  private static ECPoint decode(ECParameterSpec curve, byte[] point)
      throws GeneralSecurityException {
    int size = size(curve);
    if (point.length != 1 + 2 * size || point[0] != 4) {
      throw new GeneralSecurityException("not a point of the curve");
    }
    return new ECPoint(
        new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + size)),
        new BigInteger(1, Arrays.copyOfRange(point, 1 + size, point.length)));
  }

  static byte[] encode(ECPublicKey key) {
    int size = size(key.getParams());
    byte[] point = new byte[1 + 2 * size];
    point[0] = 4;
    put(key.getW().getAffineX(), point, 1, size);
    put(key.getW().getAffineY(), point, 1 + size, size);
    return point;
  }

  private static void put(BigInteger number, byte[] to, int from, int size) {
    byte[] bytes = number.toByteArray();
    int length = Math.min(bytes.length, size);
    System.arraycopy(bytes, bytes.length - length, to, from + size - length, length);
  }

  private static int size(ECParameterSpec curve) {
    return (curve.getCurve().getField().getFieldSize() + 7) / 8;
  }
}
