package dev.previews.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.Preview;
import dev.previews.environment.Service;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds while an environment is removed from an engine that it shares with others. Extend it
 * once for each driver of such, as {@link PreviewContract}.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
public abstract class RemovalContract extends SingleEnvironment {
  private static final String COMPOSE =
      """
      name: removal
      services:
        web:
          image: ${IMAGE}
          init: true
          command: [sleep, "100000"]
          volumes: ["data:/data"]
        slow:
          image: ${IMAGE}
          command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']
          stop_grace_period: 8s
      volumes: {data: {}}
      """;

  /** Makes the contract's tests. */
  protected RemovalContract() {
    super(COMPOSE);
  }

  /** Brings it up; the caller closes it. */
  protected final Preview up() {
    return previews().up(compose);
  }

  @Test
  void anUpThatMeetsARemovalBringsItUpAnew() throws Exception {
    CompletableFuture<Void> removal;
    try (Preview preview = up()) {
      removal = CompletableFuture.runAsync(this::down);
      while (preview.services().stream().allMatch(Service::ready)) {
        Thread.sleep(100);
      }
    }
    assertThat(removal).isNotDone();
    try (Preview preview = up()) {
      removal.get(2, TimeUnit.MINUTES);
      assertThat(preview.services()).hasSize(2).allMatch(Service::ready);
      assertThat(preview.exec("web", "ls", "/data").stdout()).isEmpty();
    }
    assertThat(previews().list()).extracting(it -> it.id().value()).contains(id());
    down();
    assertThat(place().leftovers(id())).isEmpty();
  }
}
