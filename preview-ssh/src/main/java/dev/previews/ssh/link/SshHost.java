package dev.previews.ssh.link;

import dev.previews.error.ConnectionException;
import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import dev.previews.exec.Deadline;
import dev.previews.spi.DuplexStream;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.error.AuthenticationException;
import dev.previews.ssh.error.HostKeyException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host and the SSH connections to it: one as long as it will do, further ones when sshd's {@code
 * MaxSessions} allows no more commands on it; those are closed again when they idle. A connection
 * that was lost is opened again when it is needed. Thread-safe.
 */
public final class SshHost implements AutoCloseable {
  private static final int MOST_LINKS = 64;
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final Duration TURN = Duration.ofMillis(20);
  private static final Duration BOOT = Duration.ofMinutes(1);

  /** Less does not suffice to start anything, once it was waited for. */
  private static final Duration START = Duration.ofSeconds(3);

  /** How long sessions make do with the connections that there are, after one more was refused. */
  private static final Duration ENOUGH = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(SshHost.class);

  private final HostSettings settings;
  private final ReentrantLock connecting = new ReentrantLock();
  private final List<SshLink> links = new ArrayList<>();
  private int limit = Integer.MAX_VALUE;
  private int most;
  private long enoughUntil = System.nanoTime();
  private boolean reached;
  private @Nullable Deadline booting;
  private boolean closed;

  /** A host that is not connected to yet. */
  public SshHost(HostSettings settings) {
    this.settings = settings;
  }

  /** How it is reached. */
  public HostSettings settings() {
    return settings;
  }

  /**
   * Connects, if it is not connected. A host that has been reached before is tried again and again
   * until the deadline; one that has not, once.
   *
   * @throws ConnectionException when it cannot be reached
   * @throws dev.previews.error.DeadlineException when it takes too long
   */
  public void connect(Deadline deadline) {
    first(deadline);
  }

  /**
   * As {@link #connect}, but a new host is tried again and again as well. It may be up before it
   * lets the user in, so that is tried again for a minute, too.
   */
  public void await(Deadline deadline) {
    synchronized (links) {
      reached = true;
      booting = Deadline.in(BOOT);
    }
    first(deadline);
  }

  /** Opens a stream to a Unix socket of the host. */
  public DuplexStream toSocket(String path, Deadline deadline) throws IOException {
    return first(deadline).toSocket(path);
  }

  /** Opens a stream to a TCP port of the host's loopback. */
  public DuplexStream toPort(int port, Deadline deadline) throws IOException {
    return first(deadline).toPort("127.0.0.1", port);
  }

  /**
   * Starts a command, on whichever connection has room for it.
   *
   * @param command what the user's login shell understands
   * @param first what the command reads first; goes along with the request
   * @throws NoTurnException when others had all sessions until the deadline
   */
  public Session session(String command, byte[] first, Deadline deadline) throws IOException {
    SessionChannel channel = channel(deadline);
    try {
      SessionChannel.Started started = channel.start(command);
      channel.output().write(first);
      started.await(Math.max(1, deadline.remaining().toMillis()));
      return new Session(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private SessionChannel channel(Deadline deadline) throws IOException {
    boolean waited = false;
    while (true) {
      SshLink link = linkWithRoom(deadline);
      if (link == null) {
        waitForTurn(deadline);
        waited = true;
        continue;
      }
      if (waited && deadline.remaining().compareTo(START) < 0) {
        link.settled();
        throw noTurn(deadline);
      }
      try {
        return link.session(() -> note(link));
      } catch (RefusedException e) {
        learn(link, e);
        if (deadline.passed()) {
          throw e;
        }
      } catch (IOException e) {
        if (link.isAlive()) {
          throw e;
        }
        // It was lost before anything was started on it: another one will do.
        deadline.pause(TURN, "a session on " + settings, e::getMessage);
      } finally {
        link.settled();
      }
    }
  }

  private void waitForTurn(Deadline deadline) {
    if (deadline.passed()) {
      throw noTurn(deadline);
    }
    deadline.pause(TURN, "a free session on " + settings, () -> "all are in use");
  }

  private NoTurnException noTurn(Deadline deadline) {
    return new NoTurnException(deadline.expired("a free session on " + settings, "all are in use"));
  }

  private void note(SshLink link) {
    synchronized (links) {
      most = Math.max(most, link.sessions());
    }
  }

  /**
   * A refusal means that there may not be more than there were at some time. Fewer may be refused,
   * too, when one has just ended, or its process has outlived it; so others come first for a while.
   */
  private void learn(SshLink link, RefusedException refusal) throws RefusedException {
    synchronized (links) {
      if (most == 0 && link.sessions() == 0) {
        throw refusal;
      }
      limit = Math.max(1, most);
      link.rest();
    }
  }

  private @Nullable SshLink linkWithRoom(Deadline deadline) {
    SshLink reserved = reserve();
    if (reserved != null) {
      return reserved;
    }
    if (!lockOrSome(deadline)) {
      return null;
    }
    try {
      reserved = reserve(); // another thread may have opened a connection meanwhile
      if (reserved != null) {
        return reserved;
      }
      SshLink link = further(deadline);
      return link != null && link.reserve(currentLimit()) ? link : null;
    } finally {
      connecting.unlock();
    }
  }

  /** A further connection; null when those that there are have to do. */
  private @Nullable SshLink further(Deadline deadline) {
    boolean first;
    synchronized (links) {
      requireOpen();
      prune();
      first = links.isEmpty();
      if (!first && (links.size() >= MOST_LINKS || enoughUntil - System.nanoTime() > 0)) {
        return null;
      }
    }
    if (first) {
      return open(deadline);
    }
    try {
      return keep(Handshake.connect(settings, deadline));
    } catch (HostKeyException | AuthenticationException e) {
      throw e;
    } catch (PreviewException e) {
      log.debug("{} refuses a further connection", settings, e);
      synchronized (links) {
        enoughUntil = System.nanoTime() + ENOUGH.toNanos();
      }
      return null;
    }
  }

  private int currentLimit() {
    synchronized (links) {
      return limit;
    }
  }

  private @Nullable SshLink reserve() {
    synchronized (links) {
      prune();
      return links.stream().filter(link -> link.reserve(limit)).findFirst().orElse(null);
    }
  }

  /** Forgets those that are lost, and closes those that were for a rush that is over. */
  private void prune() {
    links.removeIf(link -> !link.isAlive());
    for (SshLink link : links.stream().skip(1).toList()) {
      if (link.idle().compareTo(IDLE) > 0) {
        links.remove(link);
        link.end("it is not needed any more");
      }
    }
  }

  private SshLink first(Deadline deadline) {
    SshLink known = known();
    if (known != null) {
      return known;
    }
    lock(deadline);
    try {
      known = known();
      return known != null ? known : open(deadline);
    } finally {
      connecting.unlock();
    }
  }

  private @Nullable SshLink known() {
    synchronized (links) {
      requireOpen();
      prune();
      return links.isEmpty() ? null : links.get(0);
    }
  }

  /** False while another thread connects; a session may get free before it is done. */
  private boolean lockOrSome(Deadline deadline) {
    if (known() == null) {
      lock(deadline);
      return true;
    }
    return connecting.tryLock();
  }

  private void lock(Deadline deadline) {
    try {
      if (!connecting.tryLock(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
        throw deadline.expired("a connection to " + settings, "another thread is connecting");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted while connecting to " + settings, e);
    }
  }

  private SshLink open(Deadline deadline) {
    Duration pause = SHORTEST_PAUSE;
    while (true) {
      try {
        return keep(Handshake.connect(settings, deadline));
      } catch (HostKeyException e) {
        throw e;
      } catch (PreviewException e) {
        if (!isWorthAnotherTry(e) || deadline.remaining().compareTo(pause) <= 0) {
          throw e;
        }
        deadline.pause(pause, "a connection to " + settings, e::getMessage);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private boolean isWorthAnotherTry(PreviewException failure) {
    synchronized (links) {
      requireOpen();
      return failure instanceof AuthenticationException
          ? booting != null && !booting.passed()
          : reached;
    }
  }

  private SshLink keep(SshLink link) {
    synchronized (links) {
      if (closed) {
        link.end("it is closed");
        requireOpen();
      }
      reached = true;
      booting = null;
      links.add(link);
      return link;
    }
  }

  /** How many SSH connections there are now. */
  public int connections() {
    synchronized (links) {
      prune();
      return links.size();
    }
  }

  /** Opens the connections anew when they are needed next: what the user may do has changed. */
  public void renew() {
    List<SshLink> old;
    synchronized (links) {
      old = new ArrayList<>(links);
      links.clear();
    }
    old.forEach(link -> link.end("it is opened anew"));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the connection to " + settings + " is closed");
    }
  }

  /** Ends all connections, and all channels in them. Closing twice is harmless. */
  @Override
  public void close() {
    List<SshLink> open;
    synchronized (links) {
      closed = true;
      open = new ArrayList<>(links);
      links.clear();
    }
    open.forEach(link -> link.end("it was closed"));
  }

  @Override
  public String toString() {
    return settings.toString();
  }
}
