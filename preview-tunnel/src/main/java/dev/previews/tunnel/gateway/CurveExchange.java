package dev.previews.tunnel.gateway;

import dev.previews.tunnel.keys.SshPublicKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.KeyAgreement;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.signature.Signature;
import net.schmizz.sshj.transport.Transport;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.transport.digest.SHA256;
import net.schmizz.sshj.transport.kex.KeyExchange;
import net.schmizz.sshj.transport.kex.KeyExchangeBase;
import org.jspecify.annotations.Nullable;

/**
 * The key exchange over Curve25519 (RFC 8731) with what the JDK has. sshj's own cannot take an
 * ECDSA host key without BouncyCastle.
 */
final class CurveExchange extends KeyExchangeBase {
  private static final byte[] HEAD = HexFormat.of().parseHex("302a300506032b656e032100");
  private static final int SIZE = 32;

  private @Nullable KeyPair own;
  private @Nullable BigInteger secret;
  private byte[] sent = new byte[0];

  private CurveExchange() {
    super(new SHA256());
  }

  /** One for each connection, by one of its names. */
  static Factory.Named<KeyExchange> named(String name) {
    return new Factory.Named<>() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public KeyExchange create() {
        return new CurveExchange();
      }
    };
  }

  @Override
  public void init(
      Transport transport, String serverId, String clientId, byte[] serverInit, byte[] clientInit)
      throws GeneralSecurityException, TransportException {
    super.init(transport, serverId, clientId, serverInit, clientInit);
    digest.init();
    KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
    own = pair;
    byte[] encoded = pair.getPublic().getEncoded();
    sent = Arrays.copyOfRange(encoded, encoded.length - SIZE, encoded.length);
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
      hostKey = hostKey(key);
    } catch (Buffer.BufferException | IllegalArgumentException e) {
      throw new TransportException(e);
    }
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

  private static PublicKey hostKey(byte[] blob)
      throws GeneralSecurityException, Buffer.BufferException {
    return new Buffer.PlainBuffer(blob).readString().startsWith("ecdsa-")
        ? SshPublicKey.parse(blob).jdkKey()
        : new Buffer.PlainBuffer(blob).readPublicKey();
  }

  private BigInteger agree(byte[] theirs) throws GeneralSecurityException, TransportException {
    if (theirs.length != SIZE) {
      throw failed("not a point of the curve");
    }
    byte[] encoded = Arrays.copyOf(HEAD, HEAD.length + SIZE);
    System.arraycopy(theirs, 0, encoded, HEAD.length, SIZE);
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(Objects.requireNonNull(own).getPrivate());
    agreement.doPhase(
        KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(encoded)), true);
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
