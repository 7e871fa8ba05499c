package dev.previews.ssh.link;

import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.spi.DuplexStream;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.error.AuthenticationException;
import java.io.IOException;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import net.schmizz.sshj.SSHClient;
import org.jspecify.annotations.Nullable;

/** Connects to a host, through others where that is asked for, and logs in. */
final class Handshake {
  /** Deadlines of single answers within an established connection. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private Handshake() {}

  /**
   * A connection that is logged in.
   *
   * @throws ConnectionException when the host cannot be reached, is not the one that it should be,
   *     or does not let the user in
   * @throws DeadlineException when it takes too long
   */
  static SshLink connect(HostSettings target, Deadline deadline) {
    SshLink last = null;
    List<HostSettings> jumps = target.jumps();
    try {
      for (HostSettings jump : jumps) {
        last = connect(jump, last, deadline);
      }
      return connect(target, last, deadline);
    } catch (RuntimeException | Error e) {
      if (last != null) {
        last.end("the next host cannot be reached");
      }
      throw e;
    }
  }

  private static SshLink connect(HostSettings host, @Nullable SshLink through, Deadline deadline) {
    Deadline limit = deadline.within(host.options().connectTimeout());
    HostKeyCheck keys = new HostKeyCheck(host);
    Silence silence = new Silence();
    Stage stage = new Stage();
    Socket socket = null;
    try {
      socket = socket(host, through, silence, limit);
      try (Alarm alarm = new Alarm(socket, limit)) {
        stage.now = "the SSH handshake";
        SSHClient client = client(socket, keys);
        client.connect(host.host(), host.port());
        stage.now = "the login";
        Deadline login = deadline.within(host.options().connectTimeout());
        alarm.set(login);
        new Login(host, login).run(client);
        SshLink link = new SshLink(host, client, socket, silence);
        if (alarm.passed()) {
          throw new IOException("too late");
        }
        return link;
      }
    } catch (AuthenticationException e) {
      close(socket);
      throw e;
    } catch (IOException | RuntimeException e) {
      close(socket);
      if (keys.refusal() != null) {
        throw keys.refusal();
      }
      throw failed(host, stage.now, limit, e);
    }
  }

  private static PreviewException failed(
      HostSettings host, String stage, Deadline limit, Exception e) {
    if (e instanceof PreviewException known) {
      return known;
    }
    if (limit.passed()) {
      return limit.expired(stage + " of " + host + " (" + host.address() + ")", e.toString());
    }
    if (e instanceof UnknownHostException) {
      return new ConnectionException(
          "there is no host '" + host.host() + "'; check the name, or HostName of " + host, e);
    }
    return new ConnectionException(
        "cannot connect to "
            + host
            + " ("
            + host.address()
            + "): "
            + stage
            + " failed: "
            + e.getMessage()
            + "; is it up, and does sshd listen there?",
        e);
  }

  private static Socket socket(
      HostSettings host, @Nullable SshLink through, Silence silence, Deadline limit)
      throws IOException {
    if (through == null) {
      return new Dial(host.host(), host.port(), limit).socket(() -> new WatchedSocket(silence));
    }
    DuplexStream stream =
        Dial.within(limit, () -> through.toPort(host.host(), host.port()), DuplexStream::close);
    return new StreamSocket(new Jumping(stream, through), silence);
  }

  private static SSHClient client(Socket socket, HostKeyCheck keys) {
    SSHClient client = new SSHClient(Algorithms.config());
    client.getTransport().setTimeoutMs((int) ANSWER.toMillis());
    client.getConnection().setTimeoutMs((int) ANSWER.toMillis());
    client.addHostKeyVerifier(keys);
    client.setSocketFactory(
        new SocketFactory() {
          @Override
          public Socket createSocket() {
            return socket;
          }

          @Override
          public Socket createSocket(String host, int port) {
            return socket;
          }

          @Override
          public Socket createSocket(
              String host, int port, java.net.InetAddress local, int localPort) {
            return socket;
          }

          @Override
          public Socket createSocket(java.net.InetAddress host, int port) {
            return socket;
          }

          @Override
          public Socket createSocket(
              java.net.InetAddress host, int port, java.net.InetAddress local, int localPort) {
            return socket;
          }
        });
    return client;
  }

  private static void close(@Nullable Socket socket) {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed whatever it says.
      }
    }
  }

  private static final class Stage {
    private String now = "the TCP connection";
  }

  /** Closes the socket when it takes too long; that ends whatever waits for it. */
  private static final class Alarm implements AutoCloseable {
    private final Socket socket;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile Deadline limit;

    Alarm(Socket socket, Deadline limit) {
      this.socket = socket;
      this.limit = limit;
      arm();
    }

    void set(Deadline later) {
      limit = later;
    }

    private void arm() {
      done.copy()
          .completeOnTimeout(null, limit.remaining().toMillis() + 1, TimeUnit.MILLISECONDS)
          .thenRun(this::ring);
    }

    private void ring() {
      if (done.isDone()) {
        return;
      }
      if (limit.passed()) {
        Handshake.close(socket);
      } else {
        arm();
      }
    }

    boolean passed() {
      return limit.passed();
    }

    @Override
    public void close() {
      done.complete(null);
    }
  }

  /** A stream through a host, whose connection goes with it. */
  private record Jumping(DuplexStream stream, SshLink through) implements DuplexStream {
    @Override
    public java.io.InputStream input() {
      return stream.input();
    }

    @Override
    public java.io.OutputStream output() {
      return stream.output();
    }

    @Override
    public void shutdownOutput() {
      stream.shutdownOutput();
    }

    @Override
    public void close() {
      stream.close();
      through.end("it is not needed any more");
    }
  }
}
