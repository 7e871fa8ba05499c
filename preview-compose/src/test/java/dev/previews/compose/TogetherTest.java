package dev.previews.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.PreviewException;
import dev.previews.error.PreviewInterruptedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TogetherTest {
  private final CountDownLatch begun = new CountDownLatch(1);

  @Test
  void allRunAtOnce() {
    CountDownLatch other = new CountDownLatch(1);

    Together.run("test", () -> await(other), other::countDown);

    assertThat(other.getCount()).isZero();
  }

  @Test
  void theFirstFailureEndsTheOthersBeforeItIsThrown() {
    AtomicBoolean ended = new AtomicBoolean();
    PreviewException failure = new PreviewException("the disk is full");

    assertThatThrownBy(
            () ->
                Together.run(
                    "test",
                    () -> workUntilInterrupted(ended),
                    () -> {
                      await(begun);
                      throw failure;
                    }))
        .isSameAs(failure)
        .satisfies(thrown -> assertThat(thrown.getSuppressed()).isEmpty());

    assertThat(ended).isTrue();
  }

  @Test
  void aSecondFailureOfItsOwnIsSuppressedIntoTheFirst() {
    IllegalStateException second = new IllegalStateException("cleaning up failed");

    assertThatThrownBy(
            () ->
                Together.run(
                    "test",
                    () -> {
                      workUntilInterrupted(new AtomicBoolean());
                    },
                    () -> {
                      await(begun);
                      throw new PreviewException("first");
                    },
                    () -> {
                      try {
                        await(new CountDownLatch(1));
                      } catch (PreviewInterruptedException e) {
                        throw second;
                      }
                    }))
        .hasMessage("first")
        .hasSuppressedException(second);
  }

  @Test
  void anInterruptOfTheCallerEndsAll() throws InterruptedException {
    AtomicBoolean ended = new AtomicBoolean();
    AtomicBoolean told = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                Together.run("test", () -> workUntilInterrupted(ended));
              } catch (PreviewInterruptedException e) {
                told.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    begun.await();

    caller.interrupt();
    caller.join();

    assertThat(ended).isTrue();
    assertThat(told).isTrue();
  }

  private void workUntilInterrupted(AtomicBoolean ended) {
    begun.countDown();
    try {
      await(new CountDownLatch(1));
    } finally {
      ended.set(true);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PreviewInterruptedException("interrupted", e);
    }
  }
}
