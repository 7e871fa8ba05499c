package dev.previews.docker;

import dev.previews.engine.Engine;
import dev.previews.spi.DuplexStream;
import dev.previews.spi.Endpoint;

/** A connection to a machine with an engine of its own: its Docker CLI carries the streams. */
final class IsolatedConnection extends ContainerConnection {
  IsolatedConnection(Engine engine, String container) {
    super(engine, container);
  }

  @Override
  DuplexStream open(Endpoint endpoint) {
    String host =
        endpoint.isEngine() ? "unix:///var/run/docker.sock" : "tcp://127.0.0.1:" + endpoint.port();
    return program("docker", "--host", host, "system", "dial-stdio");
  }
}
