package dev.previews.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A service of streams: {@code GET /down} sends so many zeros, {@code POST /up} takes a body, and a
 * WebSocket is answered and then left alone.
 */
final class StreamService implements AutoCloseable {
  private final ServerSocket server = new ServerSocket();
  private final List<Socket> idle = new CopyOnWriteArrayList<>();
  private final long bytes;

  StreamService(long bytes) throws IOException {
    this.bytes = bytes;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    daemon(
        () -> {
          while (!server.isClosed()) {
            try {
              Socket socket = server.accept();
              daemon(() -> serve(socket));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  int port() {
    return server.getLocalPort();
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "stream-service");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      OutputStream out = socket.getOutputStream();
      while (true) {
        String head = head(in);
        if (head.startsWith("GET /down")) {
          text(out, "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
          byte[] zeros = new byte[64 * 1024];
          for (long left = bytes; left > 0; left -= zeros.length) {
            out.write(zeros, 0, (int) Math.min(left, zeros.length));
          }
        } else if (head.startsWith("POST /up")) {
          skip(in, bytes);
          text(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        } else {
          text(
              out,
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  + "Sec-WebSocket-Accept: "
                  + accept(head)
                  + "\r\n\r\n");
          idle.add(socket);
          return;
        }
      }
    } catch (IOException e) {
      try {
        socket.close();
      } catch (IOException ignored) {
        return;
      }
    }
  }

  /** Reads a message's head; fails when it ends before. */
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("it ended in its head: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  /** Reads exactly so many bytes. */
  static void skip(InputStream in, long count) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    for (long left = count; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException(left + " bytes are missing");
      }
      left -= read;
    }
  }

  static void text(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String accept(String head) throws IOException {
    String key = head.replaceAll("(?is).*sec-websocket-key: *([^\r]+).*", "$1").trim();
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest(
                      (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                          .getBytes(StandardCharsets.US_ASCII)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : idle) {
      socket.close();
    }
  }
}
