package dev.previews.compose.files;

import dev.previews.error.PreviewInterruptedException;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Digests files while they are sent, one after the other; large ones on a thread of their own, as
 * that takes as long as the sending. For one thread.
 */
final class ContentDigests implements AutoCloseable {
  static final int BLOCK = 1 << 17;
  private static final int BLOCKS = 8;

  private final FarDigest digest;
  private final MessageDigest sha256 = Digests.sha256();
  private final MessageDigest md5 = Digests.md5();
  private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(BLOCKS);
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "previews-files-digests");
            thread.setDaemon(true);
            return thread;
          });
  private int blocks;
  private boolean working;

  /** With SHA-256, and {@code digest} if that is another one. */
  ContentDigests(FarDigest digest) {
    this.digest = digest;
  }

  /** A block to be filled and given back by {@link #add}; waits for one if need be. */
  byte[] block() {
    byte[] block = free.poll();
    if (block != null) {
      return block;
    }
    if (blocks < BLOCKS) {
      blocks++;
      return new byte[BLOCK];
    }
    try {
      return free.take();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Takes the next bytes of the file, and the block.
   *
   * @param last whether no more follow
   */
  void add(byte[] block, int length, boolean last) {
    if (last && !working) {
      update(block, length);
    } else {
      working = true;
      worker.execute(() -> update(block, length));
    }
  }

  private void update(byte[] block, int length) {
    sha256.update(block, 0, length);
    if (digest == FarDigest.MD5) {
      md5.update(block, 0, length);
    }
    free.add(block);
  }

  /** What the file holds whose last bytes were added; the next bytes are another file's. */
  Content content() {
    if (!working) {
      return end();
    }
    working = false;
    try {
      return worker.submit(this::end).get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private Content end() {
    return digest == FarDigest.MD5
        ? new Content(Digests.hex(sha256), Digests.hex(md5))
        : Content.ofSha256(Digests.hex(sha256));
  }

  private static PreviewInterruptedException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new PreviewInterruptedException("interrupted while reading files", e);
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
