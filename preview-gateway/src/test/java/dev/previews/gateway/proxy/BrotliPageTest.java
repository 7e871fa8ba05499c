package dev.previews.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.previews.gateway.BrotliSample;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BrotliPageTest {
  private final BrotliPages pages = new BrotliPages();

  @AfterEach
  void nothingIsHeldInTheEnd() {
    assertThat(pages.held()).isZero();
    pages.close();
  }

  private Future<byte[]> decoded(byte[] compressed, int size) {
    try (BrotliPage page = pages.page(Runnable::run)) {
      for (int at = 0; at < compressed.length; at += size) {
        page.add(Unpooled.wrappedBuffer(compressed, at, Math.min(size, compressed.length - at)));
      }
      Future<byte[]> decoded = page.decoded(ImmediateEventExecutor.INSTANCE);
      int held = decoded.isSuccess() ? compressed.length + decoded.getNow().length : 0;
      assertThat(pages.held()).isGreaterThanOrEqualTo(held);
      return decoded;
    }
  }

  @Test
  void itIsAsItWasWhateverPiecesItCameIn() {
    for (int size : new int[] {1, 7, 4096, 1 << 20}) {
      assertThat(decoded(BrotliSample.PAGE.compressed(), size).getNow())
          .isEqualTo(BrotliSample.PAGE.text());
      assertThat(decoded(BrotliSample.NUMBERS.compressed(), size).getNow())
          .isEqualTo(BrotliSample.NUMBERS.text());
    }
  }

  @Test
  void anEmptyBodyIsAnEmptyPage() {
    assertThat(decoded(new byte[0], 1).getNow()).isEmpty();
  }

  @Test
  void oneThatIsCutFailsWhereverThatIs() {
    byte[] page = BrotliSample.PAGE.compressed();
    for (int length = 1; length < page.length; length++) {
      assertThat(decoded(Arrays.copyOf(page, length), 8).isSuccess()).as("%d", length).isFalse();
    }
    byte[] numbers = BrotliSample.NUMBERS.compressed();
    for (int length = 1; length < numbers.length; length += 997) {
      assertThat(decoded(Arrays.copyOf(numbers, length), 4096).cause())
          .as("%d", length)
          .isInstanceOf(IOException.class);
    }
  }

  /** Each with a bit of it turned: it may still be br, but nobody waits for its end in vain. */
  @Test
  void oneThatIsBrokenComesToAnEnd() {
    Random random = new Random(12);
    int failed = 0;
    for (int i = 0; i < 300; i++) {
      byte[] broken = BrotliSample.NUMBERS.compressed();
      broken[random.nextInt(i < 150 ? 200 : broken.length)] ^= (byte) (1 << random.nextInt(8));
      Future<byte[]> page = decoded(broken, 1 << 20);
      assertThat(page.isDone()).isTrue();
      failed += page.isSuccess() ? 0 : 1;
    }
    assertThat(failed).isGreaterThan(100);
  }

  /** 831 bytes that become 1 GiB. */
  @Test
  void oneThatBecomesTooMuchFailsBeforeItHasTakenTheMemory() {
    byte[] bomb = BrotliSample.BOMB.compressed();
    assertThat(bomb).hasSizeLessThan(1000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Future<byte[]> page = decoded(bomb, bomb.length);
    long taken = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(page.cause())
        .isInstanceOf(DecompressionException.class)
        .hasMessageContaining("4194304");
    assertThat(taken).isPositive().isLessThan(100 << 20);
  }

  @Test
  void noMoreOfItIsHeldThanItMayHave() {
    try (BrotliPage page = pages.page(Runnable::run)) {
      page.add(Unpooled.wrappedBuffer(new byte[1 << 20]));
      assertThatThrownBy(() -> page.add(Unpooled.wrappedBuffer(new byte[1])))
          .isInstanceOf(DecompressionException.class)
          .hasMessageContaining("1048576");
    }
  }

  @Test
  void noMoreOfAllIsHeldThanTheyMayHave() {
    List<BrotliPage> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      BrotliPage page = pages.page(Runnable::run);
      page.add(Unpooled.wrappedBuffer(new byte[1 << 20]));
      all.add(page);
    }
    try (BrotliPage late = pages.page(Runnable::run)) {
      assertThatThrownBy(() -> late.add(Unpooled.wrappedBuffer(new byte[1])))
          .isInstanceOf(DecompressionException.class)
          .hasMessageContaining("8388608");
      all.forEach(BrotliPage::close);
      all.forEach(BrotliPage::close);
      late.add(Unpooled.wrappedBuffer(new byte[1]));
    }
  }

  /** What its decoder makes of it then is held by nobody. */
  @Test
  void oneThatIsClosedWhileItIsDecodedHoldsNothing() {
    Queue<Runnable> turn = new ArrayDeque<>();
    BrotliPage page = pages.page(turn::add);
    page.add(Unpooled.wrappedBuffer(BrotliSample.NUMBERS.compressed()));
    Future<byte[]> decoded = page.decoded(ImmediateEventExecutor.INSTANCE);
    page.close();
    turn.remove().run();
    assertThat(decoded.isSuccess()).isFalse();
  }

  @Test
  void oneThatNobodyWaitsForAnyMoreIsNotDecoded() {
    Queue<Runnable> turn = new ArrayDeque<>();
    try (BrotliPage page = pages.page(turn::add)) {
      page.add(Unpooled.wrappedBuffer(BrotliSample.BOMB.compressed()));
      Future<byte[]> decoded = page.decoded(ImmediateEventExecutor.INSTANCE);
      assertThat(decoded.cancel(false)).isTrue();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      turn.remove().run();
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }
  }
}
