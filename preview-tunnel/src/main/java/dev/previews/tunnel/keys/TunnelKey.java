package dev.previews.tunnel.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * The Ed25519 key that owns a client's tunnels, in OpenSSH's file format, without a passphrase.
 * Immutable. Its text is a secret: {@link #toString} has the fingerprint.
 */
public final class TunnelKey {
  private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
  private static final String END = "-----END OPENSSH PRIVATE KEY-----";
  private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final int SEED = 32;

  private final KeyPair pair;
  private final SshPublicKey publicKey;
  private final String text;

  private TunnelKey(KeyPair pair, SshPublicKey publicKey, String text) {
    this.pair = pair;
    this.publicKey = publicKey;
    this.text = text;
  }

  /** A new key. */
  public static TunnelKey generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] point = point((EdECPublicKey) pair.getPublic());
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] blob = new SshWire().text("ssh-ed25519").bytes(point).toBytes();
      return new TunnelKey(pair, SshPublicKey.parse(blob), write(blob, point, seed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
    }
  }

  /**
   * Reads what {@link #text} or {@code ssh-keygen -t ed25519} wrote.
   *
   * @throws IllegalArgumentException when it is something else, saying what; it never has the text
   */
  public static TunnelKey parse(String text) {
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "not an OpenSSH private key: it does not begin with " + BEGIN);
    }
    ByteBuffer in;
    try {
      in =
          ByteBuffer.wrap(
              Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an OpenSSH private key: it is not Base64", e);
    }
    byte[] magic = new byte[MAGIC.length];
    in.get(magic, 0, Math.min(magic.length, in.remaining()));
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IllegalArgumentException("not an OpenSSH private key");
    }
    if (!SshWire.readText(in).equals("none")) {
      throw new IllegalArgumentException("a private key with a passphrase: it must have none");
    }
    SshWire.readText(in);
    SshWire.readBytes(in);
    if (in.getInt() != 1) {
      throw new IllegalArgumentException("a file with several private keys");
    }
    byte[] blob = SshWire.readBytes(in);
    ByteBuffer secret = ByteBuffer.wrap(SshWire.readBytes(in));
    int check = secret.getInt();
    int repeated = secret.getInt();
    if (check != repeated || !SshWire.readText(secret).equals("ssh-ed25519")) {
      throw new IllegalArgumentException("not an Ed25519 key: make one with ssh-keygen -t ed25519");
    }
    byte[] point = SshWire.readBytes(secret);
    byte[] seed = Arrays.copyOf(SshWire.readBytes(secret), SEED);
    try {
      PrivateKey privateKey =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
      SshPublicKey publicKey = SshPublicKey.parse(blob);
      KeyPair pair = new KeyPair(publicKey.jdkKey(), privateKey);
      return new TunnelKey(pair, publicKey, write(blob, point, seed));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a valid Ed25519 key", e);
    }
  }

  /** A key has one text: who compares texts sees whether it is the same key. */
  private static String write(byte[] blob, byte[] point, byte[] seed) {
    int check = Arrays.hashCode(blob);
    byte[] both = ByteBuffer.allocate(2 * SEED).put(seed).put(point).array();
    SshWire secret =
        new SshWire()
            .number(check)
            .number(check)
            .text("ssh-ed25519")
            .bytes(point)
            .bytes(both)
            .text("preview-tunnel");
    int padding = (8 - secret.toBytes().length % 8) % 8;
    byte[] pad = new byte[padding];
    for (int i = 0; i < padding; i++) {
      pad[i] = (byte) (i + 1);
    }
    byte[] file =
        new SshWire()
            .raw(MAGIC)
            .text("none")
            .text("none")
            .bytes(new byte[0])
            .number(1)
            .bytes(blob)
            .bytes(secret.raw(pad).toBytes())
            .toBytes();
    return BEGIN
        + "\n"
        + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(file)
        + "\n"
        + END
        + "\n";
  }

  private static byte[] point(EdECPublicKey key) {
    byte[] bigEndian = key.getPoint().getY().toByteArray();
    byte[] point = new byte[32];
    for (int i = 0; i < Math.min(32, bigEndian.length); i++) {
      point[i] = bigEndian[bigEndian.length - 1 - i];
    }
    if (key.getPoint().isXOdd()) {
      point[31] |= (byte) 0x80;
    }
    return point;
  }

  /** The public half. */
  public SshPublicKey publicKey() {
    return publicKey;
  }

  /** Both halves, for an SSH client. */
  public KeyPair pair() {
    return pair;
  }

  /** The private key file's text; a secret. */
  public String text() {
    return text;
  }

  /** Signs, as JSON Web Tokens with {@code EdDSA} have it. */
  public byte[] sign(byte[] data) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key cannot sign: " + e.getMessage(), e);
    }
  }

  /** Its fingerprint. */
  @Override
  public String toString() {
    return publicKey.fingerprint();
  }
}
