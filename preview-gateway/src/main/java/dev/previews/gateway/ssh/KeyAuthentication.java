package dev.previews.gateway.ssh;

import dev.previews.tunnel.keys.SshPublicKey;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.auth.AbstractUserAuth;
import org.apache.sshd.server.auth.UserAuth;
import org.apache.sshd.server.auth.UserAuthFactory;
import org.apache.sshd.server.session.ServerSession;

/**
 * Public-key authentication of RFC 4252 that takes any key whose owner proves to have it. Done on
 * the JDK's cryptography, since the SSH library's own needs another provider for Ed25519.
 */
final class KeyAuthentication extends AbstractUserAuth {
  /** The key that a session proved to have. */
  static final AttributeKey<SshPublicKey> KEY = new AttributeKey<>();

  private static final String NAME = "publickey";
  private static final String SERVICE = "ssh-connection";
  private static final int LONGEST_USER = 255;

  private KeyAuthentication() {
    super(NAME);
  }

  /** Null: go on; false: refused. */
  @Override
  @SuppressWarnings({"BoxedPrimitiveEquality", "NullAway"}) // null is the library's third answer
  protected Boolean doAuth(Buffer buffer, boolean init) throws Exception {
    ServerSession session = getServerSession();
    boolean signed = buffer.getBoolean();
    String algorithm = buffer.getString();
    byte[] blob = buffer.getBytes();
    SshPublicKey key;
    try {
      key = SshPublicKey.parse(blob);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (!key.signatureAlgorithms().contains(algorithm)
        || !getService().equals(SERVICE)
        || getUsername().length() > LONGEST_USER) {
      return false;
    }
    if (!signed) {
      Buffer answer =
          session.createBuffer(
              SshConstants.SSH_MSG_USERAUTH_PK_OK, blob.length + algorithm.length() + 16);
      answer.putString(algorithm);
      answer.putBytes(blob);
      session.writePacket(answer);
      return null;
    }
    byte[] signature = buffer.getBytes();
    if (buffer.available() > 0
        || !key.verify(algorithm, signed(session, algorithm, blob), signature)) {
      return false;
    }
    session.setAttribute(KEY, key);
    return true;
  }

  private byte[] signed(ServerSession session, String algorithm, byte[] blob) {
    Buffer data = new ByteArrayBuffer();
    data.putBytes(session.getSessionId());
    data.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
    data.putString(getUsername());
    data.putString(SERVICE);
    data.putString(NAME);
    data.putBoolean(true);
    data.putString(algorithm);
    data.putBytes(blob);
    return data.getCompactData();
  }

  /** Makes one for each attempt. */
  static final class Factory implements UserAuthFactory {
    @Override
    public String getName() {
      return NAME;
    }

    @Override
    public UserAuth createUserAuth(ServerSession session) {
      return new KeyAuthentication();
    }
  }
}
