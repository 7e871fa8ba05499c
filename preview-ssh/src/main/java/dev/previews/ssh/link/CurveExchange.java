package dev.previews.ssh.link;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.Supplier;
import javax.crypto.KeyAgreement;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.signature.Signature;
import net.schmizz.sshj.transport.Transport;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.transport.digest.Digest;
import net.schmizz.sshj.transport.digest.SHA256;
import net.schmizz.sshj.transport.digest.SHA384;
import net.schmizz.sshj.transport.digest.SHA512;
import net.schmizz.sshj.transport.kex.KeyExchange;
import net.schmizz.sshj.transport.kex.KeyExchangeBase;
import org.jspecify.annotations.Nullable;

/**
 * The key exchange over elliptic curves (RFC 5656, RFC 8731) with what the JDK has. sshj's own
 * cannot take an ECDSA host key without BouncyCastle.
 */
final class CurveExchange extends KeyExchangeBase {
  private static final byte[] X25519_HEAD = HexFormat.of().parseHex("302a300506032b656e032100");
  private static final int X25519_SIZE = 32;

  private final String curve;
  private @Nullable KeyPair own;
  private @Nullable BigInteger secret;
  private byte[] sent = new byte[0];

  private CurveExchange(String curve, Digest digest) {
    super(digest);
    this.curve = curve;
  }

  static Factory.Named<KeyExchange> x25519(String name) {
    return named(name, () -> new CurveExchange("", new SHA256()));
  }

  static Factory.Named<KeyExchange> nistp(int size) {
    return named(
        "ecdh-sha2-nistp" + size,
        () ->
            new CurveExchange(
                "nistp" + size,
                size == 256 ? new SHA256() : size == 384 ? new SHA384() : new SHA512()));
  }

  private static Factory.Named<KeyExchange> named(String name, Supplier<KeyExchange> maker) {
    return new Factory.Named<>() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public KeyExchange create() {
        return maker.get();
      }
    };
  }

  @Override
  public void init(
      Transport transport, String serverId, String clientId, byte[] serverInit, byte[] clientInit)
      throws GeneralSecurityException, TransportException {
    super.init(transport, serverId, clientId, serverInit, clientInit);
    digest.init();
    KeyPairGenerator generator = KeyPairGenerator.getInstance(curve.isEmpty() ? "X25519" : "EC");
    if (!curve.isEmpty()) {
      generator.initialize(Ecdsa.parameters(curve));
    }
    KeyPair pair = generator.generateKeyPair();
    own = pair;
    byte[] encoded = pair.getPublic().getEncoded();
    sent =
        curve.isEmpty()
            ? Arrays.copyOfRange(encoded, encoded.length - X25519_SIZE, encoded.length)
            : Ecdsa.encode((ECPublicKey) pair.getPublic());
    transport.write(new SSHPacket(Message.KEXDH_INIT).putBytes(sent));
  }

  @Override
  public boolean next(Message message, SSHPacket packet)
      throws GeneralSecurityException, TransportException {
    if (message != Message.KEXDH_31) {
      throw failed("unexpected packet " + message);
    }
    byte[] key;
    byte[] theirs;
    byte[] signed;
    try {
      key = packet.readBytes();
      theirs = packet.readBytes();
      signed = packet.readBytes();
    } catch (Buffer.BufferException e) {
      throw new TransportException(e);
    }
    hostKey = Ecdsa.publicKey(key);
    BigInteger shared = agree(theirs);
    secret = shared;
    Buffer.PlainBuffer exchange =
        initializedBuffer().putBytes(key).putBytes(sent).putBytes(theirs).putMPInt(shared);
    digest.update(exchange.array(), exchange.rpos(), exchange.available());
    H = digest.digest();
    Signature signature = trans.getHostKeyAlgorithm().newSignature();
    signature.initVerify(hostKey);
    signature.update(H, 0, H.length);
    if (!signature.verify(signed)) {
      throw failed("the host's signature is wrong");
    }
    return true;
  }

  private BigInteger agree(byte[] theirs) throws GeneralSecurityException, TransportException {
    PublicKey peer;
    if (curve.isEmpty()) {
      if (theirs.length != X25519_SIZE) {
        throw failed("not a point of the curve");
      }
      byte[] encoded = Arrays.copyOf(X25519_HEAD, X25519_HEAD.length + X25519_SIZE);
      System.arraycopy(theirs, 0, encoded, X25519_HEAD.length, X25519_SIZE);
      peer = KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(encoded));
    } else {
      peer = Ecdsa.publicKey(Ecdsa.parameters(curve), theirs);
    }
    KeyAgreement agreement = KeyAgreement.getInstance(curve.isEmpty() ? "X25519" : "ECDH");
    agreement.init(Objects.requireNonNull(own).getPrivate());
    agreement.doPhase(peer, true);
    return new BigInteger(1, agreement.generateSecret());
  }

  private static TransportException failed(String why) {
    return new TransportException(DisconnectReason.KEY_EXCHANGE_FAILED, why);
  }

  @Override
  public BigInteger getK() {
    return Objects.requireNonNull(secret);
  }
}
