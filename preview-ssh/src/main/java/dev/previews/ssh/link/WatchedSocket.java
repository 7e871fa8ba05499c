package dev.previews.ssh.link;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;

/** A TCP socket without Nagle's delay, which knows when it was heard of last. */
final class WatchedSocket extends Socket {
  private final Silence silence;

  WatchedSocket(Silence silence) throws IOException {
    this.silence = silence;
    setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return silence.broken(super.getInputStream());
  }
}
