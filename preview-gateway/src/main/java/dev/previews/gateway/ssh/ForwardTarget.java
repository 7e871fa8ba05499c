package dev.previews.gateway.ssh;

import java.net.InetSocketAddress;
import org.apache.sshd.common.util.buffer.Buffer;

/** What a client asked to have forwarded, and how it is told that a stream is for it. */
sealed interface ForwardTarget {
  /** The name that the client gave it. */
  String name();

  /** The type of its channels. */
  String channelType();

  /** Writes what follows the common part of a channel's opening. */
  void describe(Buffer opening, InetSocketAddress origin);

  /** {@code streamlocal-forward@openssh.com}: a path. */
  record Path(String name) implements ForwardTarget {
    @Override
    public String channelType() {
      return "forwarded-streamlocal@openssh.com";
    }

    @Override
    public void describe(Buffer opening, InetSocketAddress origin) {
      opening.putString(name);
      opening.putString("");
    }
  }

  /** {@code tcpip-forward}: an address and a port, neither of which is listened on. */
  record Address(String address, int port) implements ForwardTarget {
    @Override
    public String name() {
      return address + ":" + port;
    }

    @Override
    public String channelType() {
      return "forwarded-tcpip";
    }

    @Override
    public void describe(Buffer opening, InetSocketAddress origin) {
      opening.putString(address);
      opening.putUInt(port);
      opening.putString(origin.getHostString());
      opening.putUInt(origin.getPort());
    }
  }
}
