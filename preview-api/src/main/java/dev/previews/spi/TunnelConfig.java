package dev.previews.spi;

import dev.previews.environment.EnvironmentId;

/** A kind of tunnel, described but not opened. Immutable. */
@FunctionalInterface
public interface TunnelConfig {
  /** The tunnel of one environment; the caller closes it. */
  Tunnel create(EnvironmentId id, Context context);
}
