package dev.previews.ssh.link;

import dev.previews.spi.DuplexStream;
import dev.previews.ssh.config.HostSettings;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * One SSH connection that is logged in. It notices by itself when its peer is gone: a peer that is
 * silent is asked, and one that stays silent is given up, also under a writer that waits for it.
 */
final class SshLink {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration REST = Duration.ofMillis(300);

  private final HostSettings settings;
  private final SSHClient client;
  private final Socket socket;
  private final Silence silence;
  private final ExecutorService errands;
  private final Thread watch;
  private volatile @Nullable String end;

  // How many sessions are open, as the thread that reads the connection sees it; and how many are
  // on their way beside them.
  private int open;
  private int underWay;
  private long idleSince = System.nanoTime();
  private long restsUntil = System.nanoTime();

  SshLink(HostSettings settings, SSHClient client, Socket socket, Silence silence) {
    this.settings = settings;
    this.client = client;
    this.socket = socket;
    this.silence = silence;
    this.errands =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "preview-ssh-errand " + settings);
              thread.setDaemon(true);
              return thread;
            });
    this.watch = Daemon.start("preview-ssh-watch " + settings, this::watch);
  }

  /** Does something that may have to wait for the peer. */
  void later(Runnable errand) {
    try {
      errands.execute(errand);
    } catch (RejectedExecutionException e) {
      // It is closed, and all channels with it.
    }
  }

  private void watch() {
    Duration asked = Duration.ZERO;
    try {
      while (isAlive()) {
        Thread.sleep(LOOK.toMillis());
        Duration silent = silence.lasted();
        if (silent.compareTo(settings.options().deadAfter()) > 0) {
          end(settings + " has not answered for " + silent.toSeconds() + " s");
          return;
        }
        Duration interval = settings.options().keepAlive();
        if (silent.compareTo(asked) < 0) {
          asked = Duration.ZERO;
        }
        if (silent.compareTo(interval) > 0 && silent.minus(asked).compareTo(interval) > 0) {
          asked = silent;
          later(this::ask);
        }
      }
    } catch (InterruptedException e) {
      // It is closed.
    }
  }

  private void ask() {
    try {
      connection().sendGlobalRequest("keepalive@openssh.com", true, new byte[0]);
    } catch (TransportException e) {
      // It is lost, and the reader has seen it too.
    }
  }

  boolean isAlive() {
    return end == null && client.getTransport().isRunning();
  }

  /** Why it ended, for whoever used it. */
  String reason(Exception error) {
    String why = end;
    return "the connection to "
        + settings
        + " was lost: "
        + (why != null ? why : String.valueOf(error.getMessage()));
  }

  private Connection connection() {
    return client.getConnection();
  }

  /** Opens a stream to a Unix socket of the host. */
  DuplexStream toSocket(String path) throws IOException {
    return opened(TunnelChannel.toSocket(this, connection(), path));
  }

  /** Opens a stream to a port as the host sees it. */
  DuplexStream toPort(String host, int port) throws IOException {
    return opened(TunnelChannel.toPort(this, connection(), host, port));
  }

  private <T extends SshChannel> T opened(T channel) throws IOException {
    try {
      channel.open();
      return channel;
    } catch (OpenFailException e) {
      boolean not =
          e.getReason() == OpenFailException.Reason.ADMINISTRATIVELY_PROHIBITED
              || e.getReason() == OpenFailException.Reason.UNKNOWN_CHANNEL_TYPE;
      throw new RefusedException(settings + " says: " + e.getMessage(), not, e);
    } catch (IOException e) {
      channel.close();
      throw isAlive() ? e : new IOException(reason(e), e);
    }
  }

  /**
   * Opens a session.
   *
   * @param opened run as soon as it is open, on the thread that reads the connection
   * @throws RefusedException when there are too many
   */
  SessionChannel session(Runnable opened) throws IOException {
    SessionChannel channel =
        new SessionChannel(
            this,
            connection(),
            () -> {
              count(1);
              opened.run();
            });
    channel
        .over()
        .thenRun(
            () -> {
              if (channel.wasOpened()) {
                count(-1);
              }
            });
    return opened(channel);
  }

  private synchronized void count(int more) {
    open += more;
    idleSince = System.nanoTime();
  }

  /** How many sessions are open. */
  synchronized int sessions() {
    return open;
  }

  /** Takes a place for one more session, if there are fewer than {@code most}. */
  synchronized boolean reserve(int most) {
    if (open + underWay >= most || restsUntil - System.nanoTime() > 0) {
      return false;
    }
    underWay++;
    return true;
  }

  /** It refused a session: it is left alone for a while. */
  synchronized void rest() {
    restsUntil = System.nanoTime() + REST.toNanos();
  }

  /** The session is open, or was refused. */
  synchronized void settled() {
    underWay--;
    idleSince = System.nanoTime();
  }

  /** For how long no session has used it. */
  synchronized Duration idle() {
    return open + underWay > 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - idleSince);
  }

  /** Ends it; all its channels fail with this reason. */
  void end(String why) {
    synchronized (this) {
      if (end == null) {
        end = why;
      }
    }
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed whatever it says.
    }
    Daemon.start("preview-ssh-end " + settings, this::release);
  }

  /** Not on the caller's thread: sshj waits for locks that a stuck writer may hold. */
  private void release() {
    try {
      client.disconnect();
    } catch (IOException e) {
      // The peer is not there to be told.
    }
    watch.interrupt();
    errands.shutdown();
  }

  @Override
  public String toString() {
    return "SSH connection to " + settings;
  }
}
