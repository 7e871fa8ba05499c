package dev.previews.ssh.link;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.connection.channel.ChannelInputStream;
import net.schmizz.sshj.connection.channel.direct.AbstractDirectChannel;
import net.schmizz.sshj.transport.TransportException;

/**
 * A channel of a connection with streams of our own.
 *
 * <p>{@link #close} returns at once; sshj's own waits for the peer.
 */
abstract class SshChannel extends AbstractDirectChannel {
  /** How much is taken before the peer may send as much again; OpenSSH's is 96 KiB. */
  private static final int CREDIT = 128 * 1024;

  private final SshLink link;
  private final ChannelOutput output;
  private final ChannelInput input;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private int credit;
  private boolean opened;
  private boolean closed;

  SshChannel(SshLink link, Connection connection, String type) {
    super(connection, type);
    this.link = link;
    this.output = new ChannelOutput(trans);
    this.input = new ChannelInput(this::taken);
  }

  ChannelOutput output() {
    return output;
  }

  ChannelInput input() {
    return input;
  }

  /** Done when both ends have closed it, or it was lost. */
  CompletableFuture<Void> over() {
    return over;
  }

  /** Whether the peer has ever opened it. */
  synchronized boolean wasOpened() {
    return opened;
  }

  /** Runs when the peer has opened it, before anything else comes. */
  void whenOpened() {}

  /** The peer has sent all. */
  void ended() {
    input.end();
  }

  /** It was lost. */
  void lost(String why) {
    input.fail(why);
    output.fail(why);
  }

  /** Tells the peer that it may send more, when enough was taken. */
  final void taken(int bytes) {
    int grant;
    synchronized (input) {
      credit += bytes;
      if (credit < CREDIT) {
        return;
      }
      grant = credit;
      credit = 0;
    }
    try {
      trans.write(newBuffer(Message.CHANNEL_WINDOW_ADJUST).putUInt32(grant));
    } catch (TransportException e) {
      // The connection is lost: its end comes to the streams on its own way.
    }
  }

  final byte[] data(SSHPacket packet) throws ConnectionException {
    try {
      return packet.readBytes();
    } catch (Buffer.BufferException e) {
      throw new ConnectionException(e);
    }
  }

  /** Comes before the thread that opens it goes on; or after it has given up. */
  @Override
  protected void init(int recipient, long window, long packet) {
    super.init(recipient, window, packet);
    output.open(rwin, recipient);
    synchronized (this) {
      opened = !closed;
    }
    if (wasOpened()) {
      whenOpened();
    } else {
      closeLater();
    }
  }

  @Override
  public void handle(Message message, SSHPacket packet) throws SSHException {
    super.handle(message, packet);
    if (message == Message.CHANNEL_WINDOW_ADJUST) {
      output.widen();
    }
  }

  @Override
  protected void receiveInto(ChannelInputStream unused, SSHPacket packet)
      throws ConnectionException {
    input.receive(data(packet));
  }

  @Override
  protected void eofInputStreams() {
    super.eofInputStreams();
    ended();
  }

  /** Not also sshj's: that would send an EOF after all. */
  @Override
  protected void closeAllStreams() {
    ended();
    output.fail("the peer has closed the stream");
  }

  @Override
  protected void sendClose() throws TransportException {
    output.last(super::sendClose);
  }

  @Override
  public void notifyError(SSHException error) {
    String why = link.reason(error);
    if (over != null) { // else it is not even made
      lost(why);
    }
    super.notifyError(error);
  }

  @Override
  protected void finishOff() {
    super.finishOff();
    if (over != null) {
      over.complete(null);
    }
  }

  /** Ends both directions at once, also under a thread that reads or writes. */
  @Override
  public void close() {
    input.discard();
    output.fail("the stream is closed");
    synchronized (this) {
      closed = true;
      if (!opened || over.isDone()) {
        return;
      }
    }
    closeLater();
  }

  /** A peer that takes nothing would hold the caller up. */
  private void closeLater() {
    link.later(
        () -> {
          try {
            sendClose();
          } catch (IOException e) {
            // It is lost, so it is closed.
          }
        });
  }
}
