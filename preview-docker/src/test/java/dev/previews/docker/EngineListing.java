package dev.previews.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What an engine lists, without the driver under test and without Docker's CLI: eight of its
 * processes for each look cost more than what is looked at.
 */
final class EngineListing {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String END_OF_HEAD = "\r\n\r\n";

  private static @Nullable EngineListing usual;

  private final URI engine;

  /** Of an engine's address as the CLI takes it: {@code unix:///…} or {@code tcp://…}. */
  EngineListing(String host) {
    engine = URI.create(host);
  }

  /** The engine that the CLI means when it is told nothing; that stays the same for this JVM. */
  static synchronized EngineListing usual() throws IOException, InterruptedException {
    if (usual == null) {
      usual =
          new EngineListing(
              DockerCli.run("context", "inspect", "--format", "{{.Endpoints.docker.Host}}"));
    }
    return usual;
  }

  /** GETs from the engine. */
  JsonNode get(String path) throws IOException {
    try (SocketChannel channel = connect();
        InputStream input = Channels.newInputStream(channel)) {
      // As HTTP 1.0 the answer ends with the connection.
      channel.write(StandardCharsets.US_ASCII.encode("GET " + path + " HTTP/1.0" + END_OF_HEAD));
      String answer = new String(input.readAllBytes(), StandardCharsets.UTF_8);
      int body = answer.indexOf(END_OF_HEAD);
      if (body < 0 || !answer.startsWith(" 200 ", answer.indexOf(' '))) {
        throw new IOException("GET " + path + " from " + engine + ": " + answer);
      }
      return JSON.readTree(answer.substring(body));
    }
  }

  private SocketChannel connect() throws IOException {
    boolean local = "unix".equals(engine.getScheme());
    SocketAddress address =
        local
            ? UnixDomainSocketAddress.of(engine.getPath())
            : new InetSocketAddress(engine.getHost(), engine.getPort());
    SocketChannel channel =
        local ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
    try {
      channel.connect(address);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
