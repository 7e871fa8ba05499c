package dev.previews.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP relay on this machine's loopback that holds every byte back for a while, each way. */
final class DelayRelay implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final ServerSocket server;
  private final String host;
  private final int port;
  private final long delayNanos;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  DelayRelay(String host, int port, int oneWayMillis) throws IOException {
    this.host = host;
    this.port = port;
    this.delayNanos = oneWayMillis * 1_000_000L;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private record Part(ByteBuffer bytes, long due) {}

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        open.add(client);
        try {
          Socket peer = new Socket(host, port);
          open.add(peer);
          client.setTcpNoDelay(true);
          peer.setTcpNoDelay(true);
          AtomicInteger directions = new AtomicInteger(2);
          Runnable ended =
              () -> {
                if (directions.decrementAndGet() == 0) {
                  end(client);
                  end(peer);
                }
              };
          join(client, peer, ended);
          join(peer, client, ended);
        } catch (IOException e) {
          end(client); // sshd is not there, and its client sees that
        }
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void end(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed whatever it says.
    }
  }

  private void join(Socket from, Socket to, Runnable ended) {
    LinkedBlockingQueue<Part> underWay = new LinkedBlockingQueue<>();
    start(
        () -> {
          byte[] buffer = new byte[BUFFER];
          try {
            InputStream input = from.getInputStream();
            for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
              underWay.add(
                  new Part(
                      ByteBuffer.wrap(Arrays.copyOf(buffer, n)), System.nanoTime() + delayNanos));
            }
          } catch (IOException e) {
            // Its end is passed on all the same.
          }
          underWay.add(new Part(ByteBuffer.allocate(0), System.nanoTime() + delayNanos));
        });
    start(
        () -> {
          try {
            OutputStream output = to.getOutputStream();
            while (true) {
              Part part = underWay.take();
              long wait = part.due() - System.nanoTime();
              if (wait > 0) {
                Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
              }
              if (!part.bytes().hasRemaining()) {
                to.shutdownOutput();
                return;
              }
              output.write(part.bytes().array());
            }
          } catch (IOException | InterruptedException e) {
            end(to); // nobody is left
          } finally {
            ended.run();
          }
        });
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "delay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(this::end);
  }
}
