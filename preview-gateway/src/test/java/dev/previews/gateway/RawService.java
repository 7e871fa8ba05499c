package dev.previews.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** A service written byte by byte: what the JDK's server does not do. */
final class RawService implements AutoCloseable {
  private final ServerSocket server;

  /** How many connections came. */
  final AtomicInteger connections = new AtomicInteger();

  interface Talk {
    void talk(InputStream in, OutputStream out) throws Exception;
  }

  RawService(Talk talk) throws IOException {
    server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    daemon(
        () -> {
          while (!server.isClosed()) {
            try {
              Socket socket = server.accept();
              connections.incrementAndGet();
              daemon(() -> serve(socket, talk));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  private static void serve(Socket socket, Talk talk) {
    try (socket) {
      talk.talk(new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
    } catch (Exception e) {
      // the peer has gone
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "raw-service");
    thread.setDaemon(true);
    thread.start();
  }

  /** Reads a request's head. */
  static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** A WebSocket server that sends every frame back, unmasked. */
  static RawService webSocketEcho() throws IOException {
    return new RawService(
        (in, out) -> {
          String head = head(in);
          String key = head.replaceAll("(?is).*sec-websocket-key: *([^\r]+).*", "$1").trim();
          byte[] digest =
              MessageDigest.getInstance("SHA-1")
                  .digest(
                      (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                          .getBytes(StandardCharsets.US_ASCII));
          send(
              out,
              "HTTP/1.1 101 Switching Protocols\r\n"
                  + "Upgrade: websocket\r\n"
                  + "Connection: Upgrade\r\n"
                  + "Sec-WebSocket-Accept: "
                  + Base64.getEncoder().encodeToString(digest)
                  + "\r\n\r\n");
          while (echoFrame(in, out)) {
            out.flush();
          }
        });
  }

  private static boolean echoFrame(InputStream in, OutputStream out) throws IOException {
    int first = in.read();
    if (first < 0) {
      return false;
    }
    int length = in.read() & 0x7f;
    int extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    byte[] size = in.readNBytes(extended);
    long count = length;
    if (extended > 0) {
      count = 0;
      for (byte b : size) {
        count = count << 8 | b & 0xff;
      }
    }
    byte[] mask = in.readNBytes(4);
    byte[] data = in.readNBytes((int) count);
    for (int i = 0; i < data.length; i++) {
      data[i] ^= mask[i % 4];
    }
    out.write(first);
    out.write(length);
    out.write(size);
    out.write(data);
    return (first & 0x0f) != 8;
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
