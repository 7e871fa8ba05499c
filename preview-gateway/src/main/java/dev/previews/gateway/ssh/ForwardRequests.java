package dev.previews.gateway.ssh;

import dev.previews.gateway.metrics.Metrics;
import dev.previews.gateway.tunnels.ForwardRequest;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractConnectionServiceRequestHandler;
import org.apache.sshd.common.util.buffer.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All global requests: forwards are opened and cancelled, everything else is refused. Nothing is
 * ever listened on.
 */
final class ForwardRequests extends AbstractConnectionServiceRequestHandler {
  private static final Logger logger = LoggerFactory.getLogger(ForwardRequests.class);

  private static final String STREAM_FORWARD = "streamlocal-forward@openssh.com";
  private static final String PORT_FORWARD = "tcpip-forward";
  private static final Set<String> FORWARDS = Set.of(STREAM_FORWARD, PORT_FORWARD);

  private final Metrics metrics;

  ForwardRequests(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public Result process(ConnectionService service, String request, boolean wantReply, Buffer buffer)
      throws IOException {
    Session session = service.getSession();
    ClientConnection client = session.getAttribute(ClientConnection.ATTRIBUTE);
    if (client == null) {
      return Result.ReplyFailure;
    }
    Supplier<CompletionStage<Reply>> action = action(client, request, buffer);
    boolean queued =
        client
            .replies()
            .then(
                () ->
                    action
                        .get()
                        .thenAccept(
                            reply -> {
                              if (!reply.ok() && FORWARDS.contains(request)) {
                                metrics.forwardRefused();
                              }
                              reply.send(session, request, wantReply);
                            }));
    if (!queued) {
      session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, "too many requests at once");
    }
    return Result.Replied;
  }

  private static Supplier<CompletionStage<Reply>> action(
      ClientConnection client, String request, Buffer buffer) {
    switch (request) {
      case STREAM_FORWARD -> {
        ForwardTarget target = new ForwardTarget.Path(buffer.getString());
        return () -> forward(client, target, target.name());
      }
      case "cancel-streamlocal-forward@openssh.com" -> {
        ForwardTarget target = new ForwardTarget.Path(buffer.getString());
        return () -> cancel(client, target);
      }
      case PORT_FORWARD -> {
        String address = buffer.getString();
        int port = buffer.getInt();
        return () -> forwardAddress(client, address, port);
      }
      case "cancel-tcpip-forward" -> {
        ForwardTarget target = new ForwardTarget.Address(buffer.getString(), buffer.getInt());
        return () -> cancel(client, target);
      }
      default -> {
        return () ->
            CompletableFuture.completedFuture(Reply.failure(request + " is not supported"));
      }
    }
  }

  private static CompletionStage<Reply> forward(
      ClientConnection client, ForwardTarget target, String request) {
    try {
      return open(client, target, ForwardRequest.parse(request), Reply.success());
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          Reply.failure("'" + shown(request) + "': " + e.getMessage()));
    }
  }

  /**
   * An address that is a name is the tunnel's, with arguments as a path has them. One that says
   * where to listen ({@code localhost}, empty) is not: such a tunnel is called after its port.
   */
  private static CompletionStage<Reply> forwardAddress(
      ClientConnection client, String address, int asked) {
    if (asked < 0 || asked > 65_535) {
      return CompletableFuture.completedFuture(Reply.failure("there is no port " + asked));
    }
    int port = asked == 0 ? client.newPort() : asked;
    boolean anywhere =
        address.isEmpty()
            || address.equals("*")
            || address.equals("localhost")
            || address.matches("[0-9.]+|.*:.*");
    ForwardTarget target = new ForwardTarget.Address(address, port);
    Reply success = asked == 0 ? Reply.success(port) : Reply.success();
    try {
      return open(
          client,
          target,
          anywhere ? ForwardRequest.plain("port-" + port) : ForwardRequest.parse(address),
          success);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          Reply.failure("'" + shown(address) + "': " + e.getMessage()));
    }
  }

  private static CompletionStage<Reply> open(
      ClientConnection client, ForwardTarget target, ForwardRequest request, Reply success) {
    return client
        .forward(target, request)
        .handle(
            (done, failure) ->
                failure == null
                    ? success
                    : Reply.failure(String.valueOf(ClientConnection.cause(failure).getMessage())));
  }

  private static CompletionStage<Reply> cancel(ClientConnection client, ForwardTarget target) {
    return CompletableFuture.completedFuture(
        client.cancel(target)
            ? Reply.success()
            : Reply.failure("'" + shown(target.name()) + "' is not forwarded"));
  }

  private static String shown(String request) {
    int hash = request.indexOf('#');
    String name = hash < 0 ? request : request.substring(0, hash);
    return name.length() > 80 ? name.substring(0, 80) + "…" : name;
  }

  /** An answer; a failure's reason goes along as a debug message, since the answer has no room. */
  private record Reply(boolean ok, int port, String reason) {
    static Reply success() {
      return new Reply(true, 0, "");
    }

    static Reply success(int port) {
      return new Reply(true, port, "");
    }

    static Reply failure(String reason) {
      return new Reply(false, 0, reason);
    }

    void send(Session session, String request, boolean wanted) {
      try {
        if (!ok) {
          logger.debug("{} of {} refused: {}", request, session, reason);
          session.sendDebugMessage(true, reason, null);
        }
        if (wanted) {
          Buffer answer =
              session.createBuffer(
                  ok ? SshConstants.SSH_MSG_REQUEST_SUCCESS : SshConstants.SSH_MSG_REQUEST_FAILURE,
                  16);
          if (port != 0) {
            answer.putUInt(port);
          }
          session.writePacket(answer);
        }
      } catch (IOException e) {
        logger.debug("{} of {} cannot be answered: {}", request, session, e.toString());
      }
    }
  }
}
