package dev.previews.ssh.link;

import com.hierynomus.sshj.userauth.keyprovider.bcrypt.BCrypt;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Ed25519KeyFactory;

/** A private key in OpenSSH's own format (PROTOCOL.key of OpenSSH). */
final class OpenSshKey {
  private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
  private static final String END = "-----END OPENSSH PRIVATE KEY-----";
  private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final int TAG_BITS = 128;

  private final String cipher;
  private final byte[] kdfOptions;
  private final byte[] publicKey;
  private final byte[] sealed;

  private OpenSshKey(String cipher, byte[] kdfOptions, byte[] publicKey, byte[] sealed) {
    this.cipher = cipher;
    this.kdfOptions = kdfOptions;
    this.publicKey = publicKey;
    this.sealed = sealed;
  }

  static boolean isOne(String text) {
    return text.contains(BEGIN);
  }

  static OpenSshKey parse(String text) throws IOException {
    int end = text.indexOf(END);
    if (end < 0) {
      throw new IOException("it is cut off");
    }
    String base64 = text.substring(text.indexOf(BEGIN) + BEGIN.length(), end);
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException("it is no Base64: " + e.getMessage(), e);
    }
    if (bytes.length < MAGIC.length
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException("it is not of version 1");
    }
    Buffer.PlainBuffer buffer =
        new Buffer.PlainBuffer(Arrays.copyOfRange(bytes, MAGIC.length, bytes.length));
    String cipher = buffer.readString();
    String kdf = buffer.readString();
    byte[] options = buffer.readBytes();
    if (!kdf.equals("none") && !kdf.equals("bcrypt")) {
      throw new IOException("its passphrase is used in a way that is not supported: " + kdf);
    }
    if (buffer.readUInt32() != 1) {
      throw new IOException("it holds more than one key");
    }
    byte[] half = buffer.readBytes();
    byte[] sealed = buffer.readBytes();
    byte[] tag = new byte[buffer.available()]; // of the ciphers that have one
    buffer.readRawBytes(tag);
    byte[] whole = Arrays.copyOf(sealed, sealed.length + tag.length);
    System.arraycopy(tag, 0, whole, sealed.length, tag.length);
    return new OpenSshKey(cipher, options, half, whole);
  }

  boolean isEncrypted() {
    return !cipher.equals("none");
  }

  /** The keys of one without a passphrase. */
  KeyPair keys() throws IOException {
    try {
      return open(sealed);
    } catch (GeneralSecurityException e) {
      throw new IOException("it cannot be read: " + e.getMessage(), e);
    }
  }

  KeyPair keys(char[] passphrase) throws IOException {
    byte[] plain;
    try {
      plain = decrypt(passphrase);
    } catch (AEADBadTagException e) {
      throw new IOException(KeyFile.WRONG_PASSPHRASE, e);
    } catch (GeneralSecurityException e) {
      throw new IOException("it is encrypted in a way that is not supported: " + cipher, e);
    }
    try {
      return open(plain);
    } catch (GeneralSecurityException e) {
      throw new IOException("it cannot be read: " + e.getMessage(), e);
    }
  }

  private byte[] decrypt(char[] passphrase) throws IOException, GeneralSecurityException {
    boolean gcm = cipher.endsWith("-gcm@openssh.com");
    int size = gcm || cipher.matches("aes(128|192|256)-(ctr|cbc)") ? bits() / 8 : 0;
    if (size == 0) {
      throw new GeneralSecurityException(cipher);
    }
    int ivSize = gcm ? 12 : 16;
    Buffer.PlainBuffer options = new Buffer.PlainBuffer(kdfOptions);
    byte[] salt = options.readBytes();
    int rounds = options.readUInt32AsInt();
    byte[] derived = new byte[size + ivSize];
    ByteBuffer secret = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
    byte[] bytes = new byte[secret.remaining()];
    secret.get(bytes);
    new BCrypt().pbkdf(bytes, salt, rounds, derived);
    Arrays.fill(bytes, (byte) 0);
    String mode = gcm ? "GCM" : cipher.endsWith("ctr") ? "CTR" : "CBC";
    Cipher decryption = Cipher.getInstance("AES/" + mode + "/NoPadding");
    byte[] iv = Arrays.copyOfRange(derived, size, derived.length);
    decryption.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(derived, 0, size, "AES"),
        gcm ? new GCMParameterSpec(TAG_BITS, iv) : new IvParameterSpec(iv));
    return decryption.doFinal(sealed);
  }

  private int bits() {
    return Integer.parseInt(cipher.substring(3, 6));
  }

  private KeyPair open(byte[] plain) throws IOException, GeneralSecurityException {
    Buffer.PlainBuffer buffer = new Buffer.PlainBuffer(plain);
    long check = buffer.readUInt32();
    if (check != buffer.readUInt32()) {
      throw new IOException(KeyFile.WRONG_PASSPHRASE);
    }
    String type = buffer.readString();
    return new KeyPair(Ecdsa.publicKey(publicKey), privateKey(type, buffer));
  }

  private static PrivateKey privateKey(String type, Buffer.PlainBuffer buffer)
      throws IOException, GeneralSecurityException {
    if (type.equals("ssh-ed25519")) {
      buffer.readBytes();
      return Ed25519KeyFactory.getPrivateKey(Arrays.copyOf(buffer.readBytes(), 32));
    }
    if (type.equals("ssh-rsa")) {
      return rsa(buffer);
    }
    if (!type.startsWith("ecdsa-sha2-")) {
      throw new IOException("keys of type " + type + " are not supported");
    }
    String curve = buffer.readString();
    buffer.readBytes();
    return Ecdsa.privateKey(Ecdsa.parameters(curve), buffer.readBytes());
  }

  private static PrivateKey rsa(Buffer.PlainBuffer buffer)
      throws IOException, GeneralSecurityException {
    BigInteger n = buffer.readMPInt();
    BigInteger e = buffer.readMPInt();
    BigInteger d = buffer.readMPInt();
    BigInteger coefficient = buffer.readMPInt();
    BigInteger p = buffer.readMPInt();
    BigInteger q = buffer.readMPInt();
    return KeyFactory.getInstance("RSA")
        .generatePrivate(
            new RSAPrivateCrtKeySpec(
                n,
                e,
                d,
                p,
                q,
                d.mod(p.subtract(BigInteger.ONE)),
                d.mod(q.subtract(BigInteger.ONE)),
                coefficient));
  }
}
