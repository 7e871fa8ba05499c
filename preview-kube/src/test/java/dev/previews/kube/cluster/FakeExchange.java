package dev.previews.kube.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request to a {@link FakeServer}. */
public final class FakeExchange {
  private final InputStream in;
  private final Socket socket;
  private final String method;
  private final String target;
  private final Map<String, String> headers;
  private final String body;
  private boolean over;

  private FakeExchange(
      InputStream in, Socket socket, String[] first, Map<String, String> headers, String body) {
    this.in = in;
    this.socket = socket;
    this.method = first[0];
    this.target = first[1];
    this.headers = headers;
    this.body = body;
  }

  static @Nullable FakeExchange read(InputStream in, Socket socket) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    String[] words = first.split(" ");
    if (words[1].startsWith("http://")) {
      headers.put("x-proxied", "true"); // an absolute address is what proxies get
      words[1] = words[1].substring(words[1].indexOf('/', "http://".length()));
    }
    return new FakeExchange(in, socket, words, headers, body(in, headers));
  }

  private static String body(InputStream in, Map<String, String> headers) throws IOException {
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int n = chunk(in); n > 0; n = chunk(in)) {
        all.write(in.readNBytes(n));
        line(in);
      }
      line(in);
      return all.toString(StandardCharsets.UTF_8);
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static int chunk(InputStream in) throws IOException {
    String line = line(in);
    return line == null ? 0 : Integer.parseInt(line, 16);
  }

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** GET and so on. */
  public String method() {
    return method;
  }

  /** Path and query, as they came. */
  public String target() {
    return target;
  }

  /** The path. */
  public String path() {
    return URI.create(target).getPath();
  }

  /** All values of a parameter of the query. */
  public List<String> query(String name) {
    String query = URI.create(target).getRawQuery();
    return query == null
        ? List.of()
        : Arrays.stream(query.split("&"))
            .filter(it -> it.startsWith(name + "="))
            .map(it -> it.substring(name.length() + 1))
            .map(it -> URLDecoder.decode(it, StandardCharsets.UTF_8))
            .toList();
  }

  /** A header's value, or empty. */
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /** The body. */
  public String body() {
    return body;
  }

  /** Answers; {@code more} are header lines. Returns true. */
  public boolean answer(int status, String json, String... more) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Because\r\n");
    head.append("Content-Type: application/json\r\nContent-Length: ").append(bytes.length);
    for (String line : more) {
      head.append("\r\n").append(line);
    }
    head.append("\r\n\r\n");
    raw(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    raw(bytes);
    return true;
  }

  void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Ends the connection without an answer. Returns true. */
  public boolean hangUp() throws IOException {
    over = true;
    socket.setSoLinger(true, 0);
    socket.close();
    return true;
  }

  /** Makes a WebSocket of it. */
  public FakeSocket upgrade(String subprotocol) throws Exception {
    over = true;
    byte[] key =
        MessageDigest.getInstance("SHA-1")
            .digest(
                (header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                    .getBytes(StandardCharsets.US_ASCII));
    raw(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(key)
                + "\r\nSec-WebSocket-Protocol: "
                + subprotocol
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    return new FakeSocket(in, socket);
  }

  boolean over() {
    return over;
  }
}
