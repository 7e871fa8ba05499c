package dev.previews.tunnel.profile;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.SecretStore;
import dev.previews.tunnel.keys.TunnelKey;
import java.util.Optional;

/** What makes URLs stay the same: the key, and the host keys of gateways. Thread-safe. */
public final class Profile implements AutoCloseable {
  private static final String KEY = "key";

  private final SecretStore store;

  /** A profile in a store, which is closed with it. */
  public Profile(SecretStore store) {
    this.store = store;
  }

  /** Its key, made once. Several processes that come at once get the same. */
  public TunnelKey key() {
    String text =
        store.get(KEY).orElseGet(() -> store.putIfAbsent(KEY, TunnelKey.generate().text()));
    try {
      return TunnelKey.parse(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "the tunnel's key " + store.place(KEY) + " is none that can be used: " + e.getMessage(),
          e);
    }
  }

  /** The host key that a gateway had when it was first seen, as {@code known_hosts} has it. */
  public Optional<String> hostKey(String gateway) {
    return store.get(hostKeyName(gateway)).map(String::strip);
  }

  /**
   * Keeps a gateway's host key, if there is none yet.
   *
   * @return the one that is kept
   */
  public String keepHostKey(String gateway, String hostKey) {
    return store.putIfAbsent(hostKeyName(gateway), hostKey + "\n").strip();
  }

  /** Where a gateway's host key is kept. */
  public String hostKeyPlace(String gateway) {
    return store.place(hostKeyName(gateway));
  }

  private static String hostKeyName(String gateway) {
    return "host-" + gateway.replaceAll("[^A-Za-z0-9.-]+", "_");
  }

  @Override
  public void close() {
    store.close();
  }
}
