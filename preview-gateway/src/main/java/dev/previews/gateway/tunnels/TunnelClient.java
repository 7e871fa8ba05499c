package dev.previews.gateway.tunnels;

import dev.previews.tunnel.keys.SshPublicKey;
import java.util.concurrent.CompletableFuture;

/** One connected client. Thread-safe. */
public interface TunnelClient {
  /** The id that its key gives it. */
  String id();

  /** The environment that it says it is for: its user name. */
  String environment();

  /** The key that it proved to have. */
  SshPublicKey key();

  /** Asks whether it is still there; false after a short wait. */
  CompletableFuture<Boolean> ping();

  /** Ends its connection at once. */
  void disconnect(String reason);
}
