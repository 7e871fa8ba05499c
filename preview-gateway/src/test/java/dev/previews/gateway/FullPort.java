package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port whose queue is full: the kernel drops what would begin another connection. */
final class FullPort implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<Socket> waiting = new ArrayList<>();

  FullPort() throws IOException {
    try {
      while (true) {
        Socket socket = new Socket();
        waiting.add(socket);
        socket.connect(server.getLocalSocketAddress(), 300);
      }
    } catch (SocketTimeoutException e) {
      waiting.remove(waiting.size() - 1).close();
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /** Serves its queue, until so many of those who came later have been let go again. */
  void acceptAndAwaitEnds(int later) throws IOException {
    List<Integer> ports = waiting.stream().map(Socket::getLocalPort).toList();
    server.setSoTimeout(20_000);
    for (int ended = 0; ended < later; ) {
      try (Socket socket = server.accept()) {
        socket.setSoTimeout(10_000);
        if (!ports.contains(socket.getPort())) {
          assertThat(socket.getInputStream().read()).isEqualTo(-1);
          ended++;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : waiting) {
      socket.close();
    }
    server.close();
  }
}
