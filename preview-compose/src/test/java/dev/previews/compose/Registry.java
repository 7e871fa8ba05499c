package dev.previews.compose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A registry on this machine's loopback, which engines trust without TLS: it has one image, {@code
 * app:1}, for one user.
 */
final class Registry implements AutoCloseable {
  static final String USER = "reader";
  static final String PASSWORD = "let me in";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

  private final Map<String, byte[]> blobs = new HashMap<>();
  private final byte[] manifest;
  private final ServerSocket server;

  private Registry(byte[] manifest, Map<String, byte[]> blobs) throws IOException {
    this.manifest = manifest;
    this.blobs.putAll(blobs);
    this.server = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(this::serve, "registry");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Serves what {@code docker save} gives of an image, with a label that makes it another one. */
  static Registry of(InputStream saved, String label) throws Exception {
    Map<String, byte[]> files = new HashMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(saved)) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        files.put(entry.getName(), tar.readAllBytes());
      }
    }
    JsonNode index = JSON.readTree(files.get("manifest.json")).get(0);
    ObjectNode config = (ObjectNode) JSON.readTree(files.get(index.path("Config").asText()));
    config.withObject("/config/Labels").put("dev.previews.test", label);

    Map<String, byte[]> blobs = new HashMap<>();
    ObjectNode manifest =
        JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", MANIFEST);
    describe(manifest.putObject("config"), CONFIG, JSON.writeValueAsBytes(config), blobs);
    for (JsonNode layer : index.path("Layers")) {
      byte[] zipped = zipped(Objects.requireNonNull(files.get(layer.asText())));
      describe(manifest.withArray("/layers").addObject(), LAYER, zipped, blobs);
    }
    return new Registry(JSON.writeValueAsBytes(manifest), blobs);
  }

  private static void describe(
      ObjectNode description, String type, byte[] content, Map<String, byte[]> blobs)
      throws Exception {
    String digest = digest(content);
    description.put("mediaType", type).put("size", content.length).put("digest", digest);
    blobs.put(digest, content);
  }

  private static byte[] zipped(byte[] content) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(content);
    }
    return zipped.toByteArray();
  }

  private static String digest(byte[] content) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
    return "sha256:" + HexFormat.of().formatHex(hash);
  }

  /** Host and port. */
  String name() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** A Docker configuration that logs in with this password. */
  String configuration(String password) {
    ObjectNode config = JSON.createObjectNode();
    config.withObject("/auths").putObject(name()).put("auth", basic(password));
    return config.toString();
  }

  private static String basic(String password) {
    return Base64.getEncoder()
        .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        answer(socket);
      } catch (IOException e) {
        // The client went, or the registry is closed.
      }
    }
  }

  /** One request. Engines try TLS first, and must not wait for an answer to that. */
  private void answer(Socket socket) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    int first = reader.read();
    if (first < 'A' || first > 'Z') {
      return;
    }
    String[] request = ((char) first + reader.readLine()).split(" ", -1);
    boolean known = false;
    for (String line = reader.readLine(); line != null && !line.isEmpty(); ) {
      known |= line.equalsIgnoreCase("Authorization: Basic " + basic(PASSWORD));
      line = reader.readLine();
    }
    OutputStream out = socket.getOutputStream();
    boolean head = request[0].equals("HEAD");
    String path = request[1];
    byte[] blob = blobs.get(path.substring(path.lastIndexOf('/') + 1));
    if (!known) {
      String body = "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who are you\"}]}";
      send(
          out, head, "401 Unauthorized", "application/json", body.getBytes(StandardCharsets.UTF_8));
    } else if (path.equals("/v2/")) {
      send(out, head, "200 OK", "application/json", new byte[] {'{', '}'});
    } else if (path.startsWith("/v2/app/manifests/")) {
      send(out, head, "200 OK", MANIFEST, manifest);
    } else if (blob != null) {
      send(out, head, "200 OK", "application/octet-stream", blob);
    } else {
      send(out, head, "404 Not Found", "application/json", new byte[] {'{', '}'});
    }
  }

  private static void send(OutputStream out, boolean head, String status, String type, byte[] body)
      throws IOException {
    String headers =
        "HTTP/1.1 "
            + status
            + "\r\nDocker-Distribution-API-Version: registry/2.0"
            + "\r\nWWW-Authenticate: Basic realm=\"here\""
            + "\r\nConnection: close\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    out.write(headers.getBytes(StandardCharsets.US_ASCII));
    if (!head) {
      out.write(body);
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
