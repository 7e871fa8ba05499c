package dev.previews.ssh.link;

import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.util.function.UnaryOperator;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;

/** A stream to a socket that the host can reach. */
final class TunnelChannel extends SshChannel implements DuplexStream {
  private final UnaryOperator<SSHPacket> destination;

  private TunnelChannel(
      SshLink link, Connection connection, String type, UnaryOperator<SSHPacket> destination) {
    super(link, connection, type);
    this.destination = destination;
  }

  /** To a Unix socket of the host. */
  static TunnelChannel toSocket(SshLink link, Connection connection, String path) {
    return new TunnelChannel(
        link,
        connection,
        "direct-streamlocal@openssh.com",
        request -> request.putString(path).putString("").putUInt32(0));
  }

  /** To a TCP port of a host that the host can reach. */
  static TunnelChannel toPort(SshLink link, Connection connection, String host, int port) {
    return new TunnelChannel(
        link,
        connection,
        "direct-tcpip",
        request -> request.putString(host).putUInt32(port).putString("127.0.0.1").putUInt32(0));
  }

  @Override
  protected SSHPacket buildOpenReq() {
    return destination.apply(super.buildOpenReq());
  }

  @Override
  public ChannelInput input() {
    return super.input();
  }

  @Override
  public ChannelOutput output() {
    return super.output();
  }

  @Override
  public void shutdownOutput() {
    try {
      output().end();
    } catch (IOException e) {
      // It is lost: nobody is left to be told.
    }
  }
}
