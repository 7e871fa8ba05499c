package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.compose.deployment.Lease;
import dev.previews.error.ConnectionException;
import dev.previews.error.DeadlineException;
import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One writer at a time, whoever dies. */
@Timeout(90)
class LeaseIT {
  @RegisterExtension final EngineAtHand machine = new EngineAtHand();

  private final List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());

  @Test
  void isHeldByOneOfMany() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger turns = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(
            CompletableFuture.runAsync(
                () ->
                    during(
                        60,
                        () -> {
                          assertThat(holders.incrementAndGet()).isEqualTo(1);
                          if (turns.get() == 0) { // until another one says that it waits
                            Awaitility.await()
                                .atMost(Duration.ofSeconds(30))
                                .untilAsserted(() -> assertThat(events).contains(notice()));
                          }
                          pause();
                          turns.incrementAndGet();
                          holders.decrementAndGet();
                        }),
                threads));
      }
      for (CompletableFuture<Void> one : all) {
        one.get(80, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(turns).hasValue(6);
  }

  @Test
  void passesOnWhenItsHolderIsKilledAndIsWaitedForUntilTheDeadline() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CompletableFuture<Void> holder =
        CompletableFuture.runAsync(
            () ->
                during(
                    30,
                    () -> {
                      held.countDown();
                      await(end);
                    }));
    assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> during(2, () -> {}))
        .isInstanceOf(DeadlineException.class)
        .hasMessageContaining("the other process that works on environment");
    // As if the client were gone: the command that holds the lease is killed with the container.
    machine.client().restartContainerCmd(machine.helper()).withTimeout(0).exec();
    during(30, () -> {});
    end.countDown();
    assertThatThrownBy(() -> holder.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ConnectionException.class)
        .hasMessageContaining("was lost before the work was done")
        .hasMessageContaining(machine.machine().id().value());
  }

  @Test
  void workKnowsBetweenItsStepsWhetherItIsStillAlone() {
    Context context = Context.of(Deadline.in(Duration.ofSeconds(30)), events::add);
    assertThatThrownBy(
            () ->
                Lease.during(
                    machine.machine(),
                    machine,
                    context,
                    lease -> {
                      lease.requireHeld();
                      machine.client().killContainerCmd(machine.helper()).exec();
                      Awaitility.await()
                          .untilAsserted(
                              () ->
                                  assertThatThrownBy(lease::requireHeld)
                                      .isInstanceOf(ConnectionException.class));
                      throw new IllegalStateException("the next step would have begun");
                    }))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isHeldWhereNoKeyCanBeKeptAndSaysSoToWhoNeedsOne() {
    machine.run("mkdir", machine.machine().directory() + "/.content-key");
    Context context = Context.of(Deadline.in(Duration.ofSeconds(30)), events::add);
    Lease.during(
        machine.machine(),
        machine,
        context,
        lease -> {
          assertThat(lease.notedImages(context)).isEmpty();
          return assertThatThrownBy(lease::contentKey)
              .isInstanceOf(RemoteCommandException.class)
              .hasMessageContaining("cannot keep a key in " + machine.machine().directory());
        });
  }

  @Test
  void isHeldWhereAFileIsNoKey() {
    note("what was noted");
    for (String odd : List.of("no key", "a".repeat(64), "a".repeat(64) + "\n\n", "\n")) {
      print(odd, ".content-key");
      assertThat(noted()).as("with the key '%s'", odd).isEmpty();
    }
    print("a".repeat(64) + "\n", ".content-key");
    assertThat(noted()).isEqualTo("what was noted");
  }

  @Test
  void tellsWhatWasNotedOfImagesWhateverItIs() {
    assertThat(noted()).isEmpty();
    for (String each : List.of("{\"version\": 1}\n", "no line break", "one\n\ntwo\n", "\n", "")) {
      note(each);
      assertThat(noted()).isEqualTo(each);
    }
    machine.run("sh", "-c", "yes | head -c 300000 >" + path("images.json"));
    assertThat(noted()).hasSize(300_000).startsWith("y\ny\n");
    machine.run("rm", path("images.json"));
    machine.run("mkdir", path("images.json"));
    assertThat(noted()).isEmpty();
  }

  private String noted() {
    Context context = Context.of(Deadline.in(Duration.ofSeconds(30)), events::add);
    return Lease.during(machine.machine(), machine, context, lease -> lease.notedImages(context));
  }

  private void note(String text) {
    print(text, "images.json");
  }

  private void print(String text, String file) {
    assertThat(machine.run("sh", "-c", "printf %s \"$1\" >\"$2\"", "sh", text, path(file)))
        .isEmpty();
  }

  private String path(String file) {
    return machine.machine().directory() + "/" + file;
  }

  private ProgressEvent notice() {
    return new ProgressEvent.Notice(
        "waiting for the other process that works on environment " + machine.machine().id());
  }

  private void during(int seconds, Runnable work) {
    Context context = Context.of(Deadline.in(Duration.ofSeconds(seconds)), events::add);
    Lease.during(
        machine.machine(),
        machine,
        context,
        lease -> {
          work.run();
          return "";
        });
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
