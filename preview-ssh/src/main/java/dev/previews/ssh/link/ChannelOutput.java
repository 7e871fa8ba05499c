package dev.previews.ssh.link;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Objects;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.channel.Window;
import net.schmizz.sshj.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to the peer of a channel, without a buffer of its own. In place of sshj's, which
 * gives up on a peer that does not read for a while, and which stops all channels of a connection
 * when a peer closes one that is waited for.
 */
final class ChannelOutput extends OutputStream {
  private static final int HEAD = 9;

  private final Transport transport;
  private final Object sending = new Object();
  private final SSHPacket packet = new SSHPacket(Message.CHANNEL_DATA);
  private final int start = packet.rpos();
  private Window.@Nullable Remote window;
  private int recipient;
  private boolean endSent;
  private boolean closeSent;
  private @Nullable String over;

  ChannelOutput(Transport transport) {
    this.transport = transport;
  }

  /** The channel is open. */
  synchronized void open(Window.Remote remote, int channel) {
    window = remote;
    recipient = channel;
  }

  /** The peer takes more. */
  synchronized void widen() {
    notifyAll();
  }

  /** Nothing can be written any more; a writer fails at once. */
  synchronized void fail(String why) {
    if (over == null) {
      over = why;
      notifyAll();
    }
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int done = 0;
    while (done < length) {
      int next = reserve(length - done);
      send(bytes, offset + done, next);
      done += next;
    }
  }

  /** Waits until the peer takes something; returns how much. */
  private synchronized int reserve(int wanted) throws IOException {
    while (true) {
      if (over != null) {
        throw new IOException(over);
      }
      Window.Remote open = window;
      if (open == null) {
        throw new IOException("the channel is not open");
      }
      long size = Math.min(open.getSize(), open.getMaxPacketSize());
      if (size > 0) {
        int granted = (int) Math.min(size, wanted);
        open.consume(granted);
        return granted;
      }
      await();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // its caller loops
  private void await() throws IOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while writing");
    }
  }

  private void send(byte[] bytes, int offset, int length) throws IOException {
    synchronized (sending) {
      if (endSent || closeSent) {
        throw new IOException("the stream's output was ended");
      }
      packet.rpos(start);
      packet.wpos(start);
      packet.ensureCapacity(HEAD + length);
      packet.putMessageID(Message.CHANNEL_DATA);
      packet.putUInt32FromInt(recipient);
      packet.putUInt32(length);
      packet.putRawBytes(bytes, offset, length);
      transport.write(packet);
    }
  }

  /** Tells the peer that nothing more comes; once. */
  void end() throws IOException {
    synchronized (sending) {
      if (!endSent && !closeSent) {
        endSent = true;
        transport.write(new SSHPacket(Message.CHANNEL_EOF).putUInt32FromInt(recipient));
      }
    }
  }

  /** Sends the channel's last packet: a server ends the connection when another one follows. */
  void last(Farewell farewell) throws net.schmizz.sshj.transport.TransportException {
    synchronized (sending) {
      closeSent = true;
      farewell.send();
    }
  }

  /** Sends what closes the channel. */
  interface Farewell {
    void send() throws net.schmizz.sshj.transport.TransportException;
  }
}
