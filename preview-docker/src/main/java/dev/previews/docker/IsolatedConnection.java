package dev.previews.docker;

import dev.previews.engine.Engine;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;

/** A connection to a machine with an engine of its own: programs of its image carry the streams. */
final class IsolatedConnection extends ContainerConnection {
  /**
   * From version 28 on the CLI sends a ping of its own first, which no service expects, so it is
   * asked only where there is no busybox: the public images have one.
   */
  private static final String PORT =
      """
      if command -v busybox >/dev/null; then exec busybox nc 127.0.0.1 "$0"; fi
      exec docker --host "tcp://127.0.0.1:$0" system dial-stdio
      """;

  IsolatedConnection(Engine engine, String container) {
    super(engine, container);
  }

  @Override
  DuplexStream open(Endpoint endpoint) {
    return endpoint.isEngine()
        ? program("docker", "--host", "unix:///var/run/docker.sock", "system", "dial-stdio")
        : program("sh", "-c", PORT, Integer.toString(endpoint.port()));
  }
}
