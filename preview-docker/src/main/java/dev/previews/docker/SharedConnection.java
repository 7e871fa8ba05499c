package dev.previews.docker;

import dev.previews.engine.Engine;
import dev.previews.engine.EngineAddress;
import dev.previews.error.ConnectionException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection to a machine on the shared engine. */
final class SharedConnection extends ContainerConnection {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path NETWORK = Path.of("/proc/self/ns/net");

  private final EngineAddress address;
  private @Nullable Boolean sameNetwork;

  SharedConnection(Engine engine, String container, EngineAddress address) {
    super(engine, container);
    this.address = address;
  }

  @Override
  DuplexStream open(Endpoint endpoint) throws IOException {
    if (endpoint.isEngine()) {
      return address.dialer().dial();
    }
    if (isSameNetwork()) {
      InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      return Dialer.to(new InetSocketAddress(loopback, endpoint.port())).dial();
    }
    return program("nc", "127.0.0.1", Integer.toString(endpoint.port()));
  }

  /** Whether the engine's loopback is this JVM's. */
  private synchronized boolean isSameNetwork() {
    Boolean known = sameNetwork;
    if (known == null) {
      known = Files.exists(NETWORK) ? here().equals(there()) : address.onThisMachine();
      sameNetwork = known;
    }
    return known;
  }

  private static String here() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(NETWORK);
    } catch (IOException e) {
      return "not known";
    }
  }

  private String there() {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    Command ask =
        Command.of("sh", "-c", "cat \"$0\" && readlink \"$1\"", BOOT.toString(), NETWORK.toString())
            .stdout(output)
            .timeout(Duration.ofSeconds(30));
    try (Execution asked = exec(ask)) {
      if (asked.await() != 0) {
        throw new ConnectionException("the helper container does not say which network it is in");
      }
    }
    return output.toString(StandardCharsets.UTF_8).strip().replace('\n', ' ');
  }
}
