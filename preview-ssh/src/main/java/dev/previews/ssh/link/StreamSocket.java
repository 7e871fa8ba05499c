package dev.previews.ssh.link;

import dev.previews.spi.DuplexStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** A stream through another host in the shape of a connected socket, as sshj wants one. */
final class StreamSocket extends Socket {
  private final DuplexStream stream;
  private final Silence silence;

  StreamSocket(DuplexStream stream, Silence silence) {
    this.stream = stream;
    this.silence = silence;
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public InputStream getInputStream() {
    return silence.broken(stream.input());
  }

  @Override
  public OutputStream getOutputStream() {
    return stream.output();
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void setSoTimeout(int millis) {}

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // closing must not wait for anybody
  public void close() {
    stream.close();
  }
}
