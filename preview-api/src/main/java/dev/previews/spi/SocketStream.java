package dev.previews.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * A stream over a TCP or Unix socket. The JDK's own streams over a channel let reads and writes
 * wait for each other, so these are its own.
 */
final class SocketStream implements DuplexStream {
  /** The JDK keeps a direct buffer per thread as large as the largest transfer. */
  private static final int MOST_AT_ONCE = 64 * 1024;

  private final SocketChannel channel;
  private final InputStream input = new Input();
  private final OutputStream output = new Output();

  SocketStream(SocketChannel channel) {
    this.channel = channel;
  }

  static SocketStream connect(SocketAddress address) throws IOException {
    if (!(address instanceof InetSocketAddress tcp)) {
      return new SocketStream(SocketChannel.open(address));
    }
    InetSocketAddress resolved =
        tcp.isUnresolved() ? new InetSocketAddress(tcp.getHostString(), tcp.getPort()) : tcp;
    if (resolved.isUnresolved()) {
      throw new UnknownHostException(tcp.getHostString());
    }
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(resolved);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new SocketStream(channel);
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      // The peer is gone or we closed: nobody is left to be told.
    }
  }

  /** Closes such that a TCP peer sees a reset, not an end. */
  void abort() {
    try {
      if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // Closed already.
    }
    close();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed whatever it says.
    }
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      if (length == 0) {
        return 0;
      }
      try {
        return channel.read(ByteBuffer.wrap(bytes, offset, Math.min(length, MOST_AT_ONCE)));
      } catch (ClosedChannelException e) {
        throw new IOException("the stream is closed", e);
      }
    }

    @Override
    public void close() {
      SocketStream.this.close();
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, bytes.length);
      int done = 0;
      try {
        while (done < length) {
          int next = Math.min(length - done, MOST_AT_ONCE);
          done += channel.write(ByteBuffer.wrap(bytes, offset + done, next));
        }
      } catch (ClosedChannelException e) {
        throw new IOException("the stream is closed", e);
      }
    }

    @Override
    public void close() {
      SocketStream.this.close();
    }
  }
}
