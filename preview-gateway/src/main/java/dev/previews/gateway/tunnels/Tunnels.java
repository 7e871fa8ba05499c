package dev.previews.gateway.tunnels;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tunnels that are open now, by the label of their host. Thread-safe. */
public final class Tunnels {
  private static final Logger log = LoggerFactory.getLogger(Tunnels.class);
  private static final int MOST_REMEMBERED = 10_000;
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final Map<String, Tunnel> open = new ConcurrentHashMap<>();
  private final Map<String, Instant> gone =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** The tunnel of a label. */
  public Optional<Tunnel> find(String label) {
    return Optional.ofNullable(open.get(label));
  }

  /** When the last tunnel of a label went, if that is not long ago and it did not come back. */
  public Optional<Instant> goneSince(String label) {
    synchronized (gone) {
      return Optional.ofNullable(gone.get(label))
          .filter(since -> since.isAfter(Instant.now().minus(REMEMBERED)));
    }
  }

  /** All of them, in no order. */
  public Collection<Tunnel> all() {
    return List.copyOf(open.values());
  }

  /**
   * Gives a tunnel its name. The name of another key is never taken away. That of another
   * connection of the same key is, when that connection does not answer any more.
   *
   * @return completes when it has the name, or with {@link ClaimRefusedException}
   */
  public CompletableFuture<Void> claim(Tunnel tunnel) {
    Tunnel holder = open.putIfAbsent(tunnel.label(), tunnel);
    if (holder == null) {
      forget(tunnel.label());
      return CompletableFuture.completedFuture(null);
    }
    if (!holder.client().key().equals(tunnel.client().key())) {
      return refused(tunnel, "another key has it");
    }
    if (holder.client() == tunnel.client()) {
      return refused(tunnel, "this connection has it already");
    }
    return holder
        .client()
        .ping()
        .thenCompose(
            alive -> {
              if (alive) {
                return refused(tunnel, "another connection of the same key has it, and answers");
              }
              log.atInfo()
                  .addKeyValue("tunnel", tunnel)
                  .log("the connection that had it does not answer and is dropped");
              holder.client().disconnect("another connection takes over");
              release(holder);
              return claim(tunnel);
            });
  }

  private static CompletableFuture<Void> refused(Tunnel tunnel, String why) {
    return CompletableFuture.failedFuture(
        new ClaimRefusedException("the name '" + tunnel + "' is taken: " + why));
  }

  /** Takes a tunnel off the list; nothing happens when it is not on it. */
  public void release(Tunnel tunnel) {
    if (open.remove(tunnel.label(), tunnel)) {
      synchronized (gone) {
        gone.put(tunnel.label(), Instant.now());
      }
    }
  }

  private void forget(String label) {
    synchronized (gone) {
      gone.remove(label);
    }
  }
}
