package dev.previews.gateway.tunnels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.tunnel.keys.SshPublicKey;
import dev.previews.tunnel.keys.TunnelKey;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TunnelsTest {
  private final Tunnels tunnels = new Tunnels();
  private final SshPublicKey key = TunnelKey.generate().publicKey();

  private static final class Client implements TunnelClient {
    private final SshPublicKey key;
    private final boolean alive;
    private boolean dropped;

    Client(SshPublicKey key, boolean alive) {
      this.key = key;
      this.alive = alive;
    }

    @Override
    public String id() {
      return "id";
    }

    @Override
    public String environment() {
      return "demo";
    }

    @Override
    public SshPublicKey key() {
      return key;
    }

    @Override
    public CompletableFuture<Boolean> ping() {
      return CompletableFuture.completedFuture(alive);
    }

    @Override
    public void disconnect(String reason) {
      dropped = true;
    }
  }

  private static Tunnel tunnel(TunnelClient client) {
    return new Tunnel(
        "web-id",
        ForwardRequest.plain("web"),
        client,
        (origin, use, listener) -> {
          throw new AssertionError("nobody opens it");
        });
  }

  /** Eight characters of a key's hash can be had by trying, the key itself cannot. */
  @Test
  void anotherKeyOfTheSameIdNeverGetsTheName() {
    Client holder = new Client(key, false);
    Tunnel held = tunnel(holder);
    tunnels.claim(held).join();
    Tunnel other = tunnel(new Client(TunnelKey.generate().publicKey(), true));
    assertThatThrownBy(() -> tunnels.claim(other).join())
        .hasCauseInstanceOf(ClaimRefusedException.class)
        .hasMessageContaining("another key has it");
    assertThat(tunnels.find("web-id")).contains(held);
    assertThat(holder.dropped).isFalse();
  }

  @Test
  void theSameKeyTakesItFromAConnectionThatIsSilent() {
    Client holder = new Client(key, false);
    tunnels.claim(tunnel(holder)).join();
    Tunnel second = tunnel(new Client(key, true));
    tunnels.claim(second).join();
    assertThat(tunnels.find("web-id")).contains(second);
    assertThat(holder.dropped).isTrue();
  }

  @Test
  void theSameKeyDoesNotTakeItFromOneThatAnswers() {
    Tunnel held = tunnel(new Client(key, true));
    tunnels.claim(held).join();
    assertThatThrownBy(() -> tunnels.claim(tunnel(new Client(key, true))).join())
        .hasMessageContaining("and answers");
    assertThat(tunnels.find("web-id")).contains(held);
  }

  @Test
  void aNameThatLeftIsRememberedUntilItComesBack() {
    Tunnel held = tunnel(new Client(key, true));
    tunnels.claim(held).join();
    tunnels.release(held);
    assertThat(tunnels.goneSince("web-id")).isPresent();
    tunnels.claim(held).join();
    assertThat(tunnels.goneSince("web-id")).isEmpty();
  }
}
