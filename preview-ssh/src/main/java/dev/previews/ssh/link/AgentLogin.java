package dev.previews.ssh.link;

import java.io.IOException;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;

/** Logs in with a key that an agent holds. */
final class AgentLogin extends AbstractAuthMethod {
  private static final int RSA_SHA2_512 = 4;

  private final Agent agent;
  private final byte[] key;
  private final String algorithm;
  private final int flags;

  AgentLogin(Agent agent, byte[] key) throws IOException {
    super("publickey");
    this.agent = agent;
    this.key = key;
    String type = new Buffer.PlainBuffer(key).readString();
    this.algorithm = type.equals("ssh-rsa") ? "rsa-sha2-512" : type;
    this.flags = type.equals("ssh-rsa") ? RSA_SHA2_512 : 0;
  }

  @Override
  protected SSHPacket buildReq() throws UserAuthException {
    return request(false);
  }

  private SSHPacket request(boolean signed) throws UserAuthException {
    return super.buildReq().putBoolean(signed).putString(algorithm).putBytes(key);
  }

  @Override
  public void handle(Message message, SSHPacket packet)
      throws UserAuthException, TransportException {
    if (message != Message.USERAUTH_60) { // "that key would do"
      super.handle(message, packet);
      return;
    }
    SSHPacket request = request(true);
    byte[] signed =
        new Buffer.PlainBuffer()
            .putString(params.getTransport().getSessionID())
            .putBuffer(request)
            .getCompactData();
    try {
      params.getTransport().write(request.putBytes(agent.sign(key, signed, flags)));
    } catch (TransportException e) {
      throw e;
    } catch (IOException e) {
      throw new UserAuthException("the agent does not sign: " + e.getMessage(), e);
    }
  }
}
