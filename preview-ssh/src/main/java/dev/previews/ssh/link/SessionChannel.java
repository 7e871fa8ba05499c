package dev.previews.ssh.link;

import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.ConnectionException;
import net.schmizz.sshj.transport.TransportException;
import org.jspecify.annotations.Nullable;

/** A session: one command with its input, its two outputs and its end. */
final class SessionChannel extends SshChannel {
  private final ChannelInput errors = new ChannelInput(this::taken);
  private final Runnable whenOpened;
  private volatile @Nullable Integer exitCode;

  /**
   * A session that is not open yet.
   *
   * @param whenOpened run on the thread that reads the connection
   */
  SessionChannel(SshLink link, Connection connection, Runnable whenOpened) {
    super(link, connection, "session");
    this.whenOpened = whenOpened;
  }

  ChannelInput errors() {
    return errors;
  }

  /** The command's exit code, 128 + n after signal n; null as long as none has come. */
  @Nullable Integer exitCode() {
    return exitCode;
  }

  @Override
  void whenOpened() {
    whenOpened.run();
  }

  /** Starts the command. Input that is written before the peer's answer goes along with it. */
  Started start(String command) throws TransportException {
    var answer = sendChannelRequest("exec", true, new Buffer.PlainBuffer().putString(command));
    return timeout -> answer.await(timeout, TimeUnit.MILLISECONDS);
  }

  @Override
  void ended() {
    super.ended();
    errors.end();
  }

  @Override
  void lost(String why) {
    super.lost(why);
    errors.fail(why);
  }

  @Override
  public void close() {
    errors.discard();
    super.close();
  }

  @Override
  protected void gotExtendedData(SSHPacket packet) throws SSHException {
    try {
      packet.readUInt32(); // its type, and there is only one
    } catch (Buffer.BufferException e) {
      throw new ConnectionException(e);
    }
    errors.receive(data(packet));
  }

  @Override
  protected void handleRequest(String request, SSHPacket packet)
      throws ConnectionException, TransportException {
    try {
      switch (request) {
        case "exit-status" -> exitCode = packet.readUInt32AsInt();
        case "exit-signal" -> exitCode = 128 + Signals.number(packet.readString());
        case "eow@openssh.com" -> output().fail("the command reads no more");
        default -> super.handleRequest(request, packet);
      }
    } catch (Buffer.BufferException e) {
      throw new ConnectionException(e);
    }
  }

  /** A start that was asked for. */
  interface Started {
    /** Waits for the answer. */
    void await(long millis) throws ConnectionException;
  }
}
