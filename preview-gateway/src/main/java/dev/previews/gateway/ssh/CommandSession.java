package dev.previews.gateway.ssh;

import java.io.IOException;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.RequestHandler.Result;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;

/** A session in which the gateway's own commands can be run, and nothing else. */
final class CommandSession extends ChannelSession {
  private static final int MOST = 10;

  private final GatewayAnswers answers;
  private final ClientConnection client;

  private CommandSession(GatewayAnswers answers, ClientConnection client) {
    this.answers = answers;
    this.client = client;
    addCloseFutureListener(closed -> client.sessionClosed());
  }

  @Override
  protected Result handleExec(String request, Buffer buffer, boolean wantReply) throws IOException {
    String command = buffer.getString();
    if (commandInstance != null || !AnswerCommand.knows(command)) {
      return Result.ReplyFailure;
    }
    commandInstance = new AnswerCommand(answers, client, command); // started when this is answered
    return prepareChannelCommand(request, commandInstance);
  }

  @Override
  protected Result handleShell(String request, Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  @Override
  protected Result handleSubsystem(String request, Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  @Override
  protected Result handleEnv(Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  @Override
  protected Result handlePtyReq(Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  @Override
  protected Result handleAgentForwarding(String request, Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  @Override
  protected Result handleX11Forwarding(String request, Buffer buffer, boolean wantReply) {
    return Result.ReplyFailure;
  }

  /** The only kind of channel that a client can open. */
  record Factory(GatewayAnswers answers) implements ChannelFactory {
    @Override
    public String getName() {
      return "session";
    }

    @Override
    public Channel createChannel(Session session) throws IOException {
      ClientConnection client = session.getAttribute(ClientConnection.ATTRIBUTE);
      if (client == null) {
        throw new IOException("not authenticated");
      }
      if (!client.admitSession(MOST)) {
        client.sessionClosed();
        throw new SshChannelOpenException(
            0,
            SshConstants.SSH_OPEN_RESOURCE_SHORTAGE,
            "a connection may have " + MOST + " sessions");
      }
      return new CommandSession(answers, client);
    }
  }
}
