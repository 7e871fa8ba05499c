package dev.previews.ssh.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A private key in one of OpenSSL's PEM forms. Those with a passphrase are decrypted here with what
 * the JDK has; sshj would need BouncyCastle.
 */
final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END ", Pattern.DOTALL);
  private static final Pattern DEK = Pattern.compile("DEK-Info: *([A-Za-z0-9-]+),([0-9A-Fa-f]+)");
  private static final byte[] ED25519_OID = {0x2b, 0x65, 0x70};
  private static final byte[] RSA_ALGORITHM =
      HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
  private static final int CURVE = 0xa0;
  private static final int POINT = 0xa1;

  /** What stands after BEGIN. */
  private final String type;

  /** The cipher of the old encrypted form, with its initialization vector; empty where none is. */
  private final String cipher;

  private final byte[] iv;
  private final byte[] body;

  private PemKey(String type, String cipher, byte[] iv, byte[] body) {
    this.type = type;
    this.cipher = cipher;
    this.iv = iv;
    this.body = body;
  }

  static PemKey parse(String text) throws IOException {
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw new IOException("it holds no private key");
    }
    String inside = block.group(2);
    Matcher dek = DEK.matcher(inside);
    boolean old = dek.find();
    String base64 = inside.replaceAll("(?m)^[A-Za-z-]+:.*$", "").replaceAll("\\s", "");
    try {
      return new PemKey(
          block.group(1),
          old ? dek.group(1).toUpperCase(Locale.ROOT) : "",
          old ? HexFormat.of().parseHex(dek.group(2)) : new byte[0],
          Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new IOException("it is no valid PEM: " + e.getMessage(), e);
    }
  }

  boolean isEncrypted() {
    return !cipher.isEmpty() || type.equals("ENCRYPTED PRIVATE KEY");
  }

  PemKey decrypt(char[] passphrase) throws IOException {
    try {
      return cipher.isEmpty()
          ? new PemKey("PRIVATE KEY", "", new byte[0], decryptPkcs8(passphrase))
          : new PemKey(type, "", new byte[0], decryptOld(passphrase));
    } catch (javax.crypto.BadPaddingException | java.security.InvalidKeyException e) {
      throw new IOException(KeyFile.WRONG_PASSPHRASE, e);
    } catch (GeneralSecurityException e) {
      throw new IOException("it is encrypted in a way that is not supported: " + e.getMessage(), e);
    }
  }

  private byte[] decryptPkcs8(char[] passphrase) throws IOException, GeneralSecurityException {
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(body);
    AlgorithmParameters parameters = info.getAlgParameters();
    // For PBES2 the JDK's name of the whole scheme is what the parameters print.
    String algorithm =
        info.getAlgName().startsWith("PBES2")
                || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
            ? String.valueOf(parameters)
            : info.getAlgName();
    PBEKeySpec secret = new PBEKeySpec(passphrase);
    SecretKey key;
    try {
      key = SecretKeyFactory.getInstance(algorithm).generateSecret(secret);
    } finally {
      secret.clearPassword();
    }
    Cipher decryption = Cipher.getInstance(algorithm);
    decryption.init(Cipher.DECRYPT_MODE, key, parameters);
    return decryption.doFinal(info.getEncryptedData());
  }

  /** As OpenSSL before version 1: the key is a chain of MD5 over passphrase and salt. */
  private byte[] decryptOld(char[] passphrase) throws IOException, GeneralSecurityException {
    boolean triple = cipher.equals("DES-EDE3-CBC");
    Matcher aes = Pattern.compile("AES-(128|192|256)-CBC").matcher(cipher);
    if (!triple && !aes.matches()) {
      throw new IOException("it is encrypted with " + cipher + ", which is not supported");
    }
    int length = triple ? 24 : Integer.parseInt(aes.group(1)) / 8;
    byte[] secret = bytes(passphrase);
    try {
      byte[] key = key(secret, length);
      Cipher decryption =
          Cipher.getInstance(triple ? "DESede/CBC/PKCS5Padding" : "AES/CBC/PKCS5Padding");
      decryption.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(key, 0, length, triple ? "DESede" : "AES"),
          new IvParameterSpec(iv));
      return decryption.doFinal(body);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Not by way of a string, which could not be cleared. */
  private static byte[] bytes(char[] passphrase) {
    ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    encoded.clear();
    while (encoded.hasRemaining()) {
      encoded.put((byte) 0);
    }
    return bytes;
  }

  private byte[] key(byte[] secret, int length) throws GeneralSecurityException {
    byte[] key = new byte[0];
    byte[] last = new byte[0];
    while (key.length < length) {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(last);
      md5.update(secret);
      md5.update(iv, 0, 8);
      last = md5.digest();
      int before = key.length;
      key = Arrays.copyOf(key, before + last.length);
      System.arraycopy(last, 0, key, before, last.length);
    }
    return key;
  }

  KeyPair keys() throws IOException {
    try {
      return switch (type) {
        case "RSA PRIVATE KEY" ->
            rsa(Der.of(Der.SEQUENCE, VERSION_0, RSA_ALGORITHM, Der.of(Der.OCTETS, body)));
        case "EC PRIVATE KEY" -> ec(Der.parse(body), null);
        case "PRIVATE KEY" -> pkcs8();
        default -> throw new IOException("a " + type + " is not supported");
      };
    } catch (GeneralSecurityException | IndexOutOfBoundsException | ClassCastException e) {
      throw new IOException("it cannot be read: " + e.getMessage(), e);
    }
  }

  private KeyPair pkcs8() throws IOException, GeneralSecurityException {
    List<Der> parts = Der.parse(body).inside();
    List<Der> algorithm = parts.get(1).inside();
    byte[] oid = Der.of(Der.OID, algorithm.get(0).content());
    if (Arrays.equals(oid, EC_OID)) {
      return ec(Der.parse(parts.get(2).content()), algorithm.get(1));
    }
    return Arrays.equals(algorithm.get(0).content(), ED25519_OID) ? ed25519() : rsa(body);
  }

  private static KeyPair rsa(byte[] pkcs8) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    RSAPrivateCrtKey key =
        (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    return new KeyPair(
        factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())),
        key);
  }

  /** The key says its curve itself, or the PKCS #8 around it does. */
  private static KeyPair ec(Der key, @Nullable Der outerCurve)
      throws IOException, GeneralSecurityException {
    Der curve = outerCurve;
    byte[] point = null;
    for (Der part : key.inside()) {
      if (part.tag() == CURVE && curve == null) {
        curve = Der.parse(part.content());
      } else if (part.tag() == POINT) {
        byte[] bits = Der.parse(part.content()).content();
        point = Arrays.copyOfRange(bits, 1, bits.length); // after the count of unused bits
      }
    }
    if (curve == null || point == null) {
      throw new IOException("it lacks its curve or its public half");
    }
    AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
    named.init(Der.of(Der.OID, curve.content()));
    ECParameterSpec parameters = named.getParameterSpec(ECParameterSpec.class);
    return new KeyPair(
        Ecdsa.publicKey(parameters, point),
        Ecdsa.privateKey(parameters, key.inside().get(1).content()));
  }

  /** The public key is not in the file; the JDK makes it of the private one, as of random bytes. */
  private KeyPair ed25519() throws IOException {
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(body));
      byte[] seed =
          ((EdECPrivateKey) key).getBytes().orElseThrow(() -> new IOException("it is empty"));
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
      return new KeyPair(generator.generateKeyPair().getPublic(), key);
    } catch (GeneralSecurityException e) {
      throw new IOException("it cannot be read: " + e.getMessage(), e);
    }
  }

  /** The type alone: the rest is secret. */
  @Override
  public String toString() {
    return type;
  }

  private static final class Fixed extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    Fixed(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
