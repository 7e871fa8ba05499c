package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.spi.Context;
import dev.previews.spi.Tunnel;

/** The tunnel that was asked for, else the one to this JVM's loopback. */
final class Tunnels {
  private Tunnels() {}

  static Tunnel create(Settings settings, EnvironmentId id, Context context) {
    return settings.tunnel == null ? new LoopbackTunnel(id) : settings.tunnel.create(id, context);
  }
}
