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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A service of streams: {@code GET /down} sends so many zeros, {@code POST /up} takes a body,
 * {@code GET /page} is 1 KB that takes {@value #PAGE_MICROS} microseconds to make, and a WebSocket
 * is answered and then left alone until its client ends it.
 */
final class StreamService implements AutoCloseable {
  /** With 16 at a time, some 9,000 a second. */
  private static final long PAGE_MICROS = 1_700;

  private static final String PAGE =
      "HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + "0123456789abcdef".repeat(64);

  private final ServerSocket server = new ServerSocket();
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
        } else if (head.startsWith("GET /page")) {
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(PAGE_MICROS));
          text(out, PAGE);
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
          awaitEnd(socket, in);
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

  /** Closes a WebSocket as services do, when its client has gone. */
  private static void awaitEnd(Socket socket, InputStream in) throws IOException {
    try (socket) {
      in.transferTo(OutputStream.nullOutputStream());
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
  }
}
