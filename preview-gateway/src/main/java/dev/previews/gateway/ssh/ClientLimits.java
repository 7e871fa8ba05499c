package dev.previews.gateway.ssh;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections and tunnels each client may have. Thread-safe. */
public final class ClientLimits {
  private final int connections;
  private final int tunnels;
  private final Map<String, Integer> openConnections = new ConcurrentHashMap<>();
  private final Map<String, Integer> openTunnels = new ConcurrentHashMap<>();

  /** These limits for each client. */
  public ClientLimits(int connections, int tunnels) {
    this.connections = connections;
    this.tunnels = tunnels;
  }

  int tunnels() {
    return tunnels;
  }

  int connections() {
    return connections;
  }

  boolean admitConnection(String client) {
    return admit(openConnections, client, connections);
  }

  void connectionClosed(String client) {
    leave(openConnections, client);
  }

  boolean admitTunnel(String client) {
    return admit(openTunnels, client, tunnels);
  }

  void tunnelClosed(String client) {
    leave(openTunnels, client);
  }

  private static boolean admit(Map<String, Integer> open, String client, int most) {
    boolean[] admitted = new boolean[1];
    open.compute(
        client,
        (id, count) -> {
          int now = count == null ? 0 : count;
          admitted[0] = now < most;
          return admitted[0] ? Integer.valueOf(now + 1) : count;
        });
    return admitted[0];
  }

  private static void leave(Map<String, Integer> open, String client) {
    open.computeIfPresent(client, (id, count) -> count <= 1 ? null : Integer.valueOf(count - 1));
  }
}
