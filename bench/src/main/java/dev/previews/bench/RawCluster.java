package dev.previews.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The lab's cluster by hand: requests and plain WebSockets, nothing else. */
final class RawCluster {
  private static final int STATUS = 3;
  private static final int BLOCK = 64 * 1024;

  private final String server;
  private final String token;
  private final HttpClient http;

  RawCluster(Path kubeconfig) throws IOException, GeneralSecurityException {
    String text = Files.readString(kubeconfig);
    server = find(text, "server: *\"?([^\"}\\s,]+)");
    token = find(text, "token: *\"?([^\"}\\s]+)");
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {new TrustAll()}, null);
    http = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
  }

  private static String find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("the kubeconfig is not like the lab's");
    }
    return matcher.group(1);
  }

  /** Sends a request and returns what was answered. */
  String request(String method, String path, String body) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(URI.create(server + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Creates an object. */
  void requestYaml(String path, String yaml) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(yaml))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 201) {
      throw new IOException(path + ": " + response.body());
    }
  }

  private Channels open(String path, boolean toPort) {
    Channels channels = new Channels(toPort);
    channels.socket =
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .subprotocols("v4.channel.k8s.io")
            .buildAsync(URI.create(server.replaceFirst("^http", "ws") + path), channels)
            .join();
    return channels;
  }

  /** Runs a command in a Pod with a stream as its input; what it prints when it has ended. */
  String exec(String pod, InputStream stdin, List<String> argv)
      throws IOException, InterruptedException {
    String query =
        argv.stream()
            .map(it -> "command=" + URLEncoder.encode(it, StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    Channels channels = open(pod + "/exec?stdin=true&stdout=true&stderr=true&" + query, false);
    byte[] block = new byte[BLOCK + 1];
    for (int n = stdin.readNBytes(block, 1, BLOCK); n > 0; n = stdin.readNBytes(block, 1, BLOCK)) {
      channels.send(block, n + 1);
    }
    String status = "";
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    for (byte[] part = channels.take(); part != null; part = channels.take()) {
      if (part[0] == STATUS) {
        status = new String(part, 1, part.length - 1, StandardCharsets.UTF_8);
      } else if (part[0] == 1) {
        stdout.write(part, 1, part.length - 1);
      }
    }
    if (!status.contains("Success")) {
      throw new IOException(argv + ": " + status);
    }
    return stdout.toString(StandardCharsets.UTF_8);
  }

  /** A connection to a port of a Pod. */
  Channels forward(String pod, int port) {
    return open(pod + "/portforward?ports=" + port, true);
  }

  /** Copies between a local connection and a port of a Pod until one of them ends. */
  void relay(Socket local, String pod, int port) {
    Channels channels = forward(pod, port);
    thread(
        () -> {
          byte[] block = new byte[BLOCK + 1];
          InputStream in = local.getInputStream();
          for (int n = in.read(block, 1, BLOCK); n >= 0; n = in.read(block, 1, BLOCK)) {
            channels.send(block, n + 1);
          }
        });
    thread(
        () -> {
          OutputStream out = local.getOutputStream();
          for (byte[] part = channels.take(); part != null; part = channels.take()) {
            if (part[0] == 0) {
              out.write(part, 1, part.length - 1);
            }
          }
          local.close();
        });
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException | RuntimeException e) {
                // One end has closed.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** A plain WebSocket of channels: every message is sent when the one before is gone. */
  static final class Channels implements WebSocket.Listener {
    private static final byte[] END = new byte[0];
    private static final int MOST_UNREAD = 256;

    private final LinkedBlockingQueue<byte[]> parts = new LinkedBlockingQueue<>(MOST_UNREAD);
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private @Nullable WebSocket socket;
    private final boolean toPort;
    private final boolean[] seen = new boolean[256];

    private Channels(boolean toPort) {
      this.toPort = toPort;
    }

    void send(byte[] block, int length) {
      WebSocket to = socket;
      if (to != null) {
        to.sendBinary(ByteBuffer.wrap(block, 0, length), true).join();
      }
    }

    void close() {
      WebSocket to = socket;
      if (to != null) {
        to.abort();
      }
    }

    /** The next message; the first byte is the channel. Null at the end. */
    byte @Nullable [] take() throws InterruptedException {
      byte[] part = parts.take();
      return part.length == 0 ? null : part;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      message.writeBytes(bytes);
      if (last) {
        byte[] whole = message.toByteArray();
        message.reset();
        add(whole);
      }
      from.request(1);
      return null;
    }

    private void add(byte[] whole) {
      if (whole.length == 0) {
        return;
      }
      int channel = whole[0] & 0xff;
      if (toPort && !seen[channel]) {
        seen[channel] = true; // each channel begins with the number of the port
        return;
      }
      put(Arrays.copyOf(whole, whole.length));
    }

    private void put(byte[] part) {
      try {
        parts.put(part);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      put(END);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      put(END);
    }
  }

  /** The lab's certificate is its own. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
