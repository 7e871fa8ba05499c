package dev.previews.spi;

import dev.previews.error.ConnectionException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local socket whose every connection becomes a stream of a {@link Dialer}: a Unix socket for the
 * Compose CLI, a port of this JVM's loopback for a URL.
 *
 * <pre>{@code
 * try (Relay relay = Relay.listen(address, () -> connection.dial(Endpoint.engine()))) { … }
 * }</pre>
 *
 * Both directions end on their own (half-close). A stream that fails or cannot be dialled resets
 * its TCP connection, so that it does not look like an end. Thread-safe; all threads are daemons.
 */
public final class Relay implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private static final long LONGEST_END_MILLIS = 2000;

  private final ServerSocketChannel server;
  private final SocketAddress address;
  private final Dialer dialer;
  private final Set<RelayedConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile @Nullable Thread acceptor;

  private Relay(ServerSocketChannel server, SocketAddress address, Dialer dialer) {
    this.server = server;
    this.address = address;
    this.dialer = dialer;
  }

  /**
   * Listens until it is closed.
   *
   * @param address a Unix socket's, which only this user may open afterwards (put it in a folder
   *     that is this user's alone), or a TCP address of the loopback, with port 0 for any free one
   * @throws IllegalArgumentException for any other TCP address, the wildcard above all
   * @throws ConnectionException when the address cannot be listened on
   */
  public static Relay listen(SocketAddress address, Dialer dialer) {
    try {
      ServerSocketChannel server = bind(address);
      Relay relay = new Relay(server, server.getLocalAddress(), dialer);
      relay.acceptor = Threads.start("preview-relay " + relay.address, relay::accept);
      return relay;
    } catch (IOException e) {
      throw new ConnectionException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  private static ServerSocketChannel bind(SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        server.bind(unix, 512);
        restrict(unix.getPath());
        return server;
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
    }
    if (!(address instanceof InetSocketAddress tcp)
        || tcp.isUnresolved()
        || !tcp.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          address + " is not on this machine's loopback: others could reach it");
    }
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      return server.bind(tcp, 512);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static void restrict(Path socket) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(PosixFilePermissions.fromString("rw-------"));
    }
  }

  private void accept() {
    while (!closed) {
      try {
        SocketChannel client = server.accept();
        if (client.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
          client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        serve(new SocketStream(client));
      } catch (IOException e) {
        if (!closed) {
          log.warn("{} does not accept a connection: {}", address, e.toString());
          pause();
        }
      }
    }
  }

  /** Out of file descriptors, say: trying again at once would only burn the processor. */
  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketStream client) {
    RelayedConnection connection = new RelayedConnection(client, dialer, connections::remove);
    connections.add(connection);
    connection.start(address.toString());
    if (closed) {
      connection.abort();
    }
  }

  /** Where it listens; with the port that was chosen. */
  public SocketAddress address() {
    return address;
  }

  /**
   * Stops listening, ends the connections and removes the socket's file. Closing twice is harmless.
   */
  @Override
  public void close() {
    closed = true;
    try {
      server.close();
      if (address instanceof UnixDomainSocketAddress unix) {
        Files.deleteIfExists(unix.getPath());
      }
    } catch (IOException e) {
      log.warn("{} was not closed cleanly: {}", address, e.toString());
    }
    connections.forEach(RelayedConnection::abort);
    awaitAcceptor();
  }

  /** The address is free only when the accept call under way has ended. */
  private void awaitAcceptor() {
    Thread thread = acceptor;
    try {
      if (thread != null && thread != Thread.currentThread()) {
        thread.join(LONGEST_END_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
