package dev.previews.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartTurnsTest {
  private final StartTurns turns = new StartTurns(3);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void soManyStartAtOnceInAContainerAndAllInTheEnd() throws Exception {
    CountDownLatch three = new CountDownLatch(3);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger starting = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(
          CompletableFuture.supplyAsync(
              () ->
                  turns.take(
                      "one",
                      () -> {
                        most.accumulateAndGet(starting.incrementAndGet(), Math::max);
                        three.countDown();
                        await(go);
                        starting.decrementAndGet();
                        return "started";
                      }),
              threads));
    }
    assertThat(three.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(turns.take("another", () -> "not held up")).isEqualTo("not held up");
    go.countDown();
    for (CompletableFuture<String> one : all) {
      assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo("started");
    }
    assertThat(most).hasValue(3);
  }

  @Test
  void aStartThatFailsGivesItsTurnBack() {
    for (int i = 0; i < 4; i++) {
      try {
        turns.take(
            "one",
            () -> {
              throw new IllegalStateException("it does not start");
            });
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("it does not start");
      }
    }
    assertThat(turns.take("one", () -> "started")).isEqualTo("started");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
