package dev.previews.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to the services.
 *
 * @param page the port at which the page is asked for
 * @param pageHost the Host that it is asked with
 * @param streams the port at which the streams are asked for
 * @param streamsHost their Host
 */
record Way(String name, int page, String pageHost, int streams, String streamsHost) {
  Wrk load(int connections, int seconds) throws IOException, InterruptedException {
    return Wrk.load("http://127.0.0.1:" + page + "/page", pageHost, connections, seconds);
  }

  /** The page that takes its time. */
  Wrk loadSlow(int connections, int seconds) throws IOException, InterruptedException {
    return Wrk.load("http://127.0.0.1:" + streams + "/page", streamsHost, connections, seconds);
  }

  /** Megabytes per second. */
  double download(long bytes) throws IOException {
    try (Socket socket = connect()) {
      long start = System.nanoTime();
      StreamService.text(
          socket.getOutputStream(), "GET /down HTTP/1.1\r\nHost: " + streamsHost + "\r\n\r\n");
      InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      expect(StreamService.head(in), "200");
      StreamService.skip(in, bytes);
      return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** Megabytes per second. */
  double upload(long bytes) throws IOException {
    try (Socket socket = connect()) {
      long start = System.nanoTime();
      OutputStream out = socket.getOutputStream();
      StreamService.text(
          out,
          "POST /up HTTP/1.1\r\nHost: "
              + streamsHost
              + "\r\nContent-Length: "
              + bytes
              + "\r\n\r\n");
      byte[] zeros = new byte[64 * 1024];
      for (long left = bytes; left > 0; left -= zeros.length) {
        out.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
      expect(StreamService.head(socket.getInputStream()), "200");
      return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** Opens WebSockets and leaves them alone; the caller closes them. */
  List<Socket> webSockets(int count) throws IOException {
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket socket = connect();
      open.add(socket);
      StreamService.text(
          socket.getOutputStream(),
          "GET /ws HTTP/1.1\r\nHost: "
              + streamsHost
              + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      expect(StreamService.head(socket.getInputStream()), "101");
    }
    return open;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), streams);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void expect(String head, String status) throws IOException {
    if (!head.startsWith("HTTP/1.1 " + status)) {
      throw new IOException(head);
    }
  }
}
