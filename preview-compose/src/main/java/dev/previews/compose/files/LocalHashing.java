package dev.previews.compose.files;

import dev.previews.error.PreviewInterruptedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Compares files of this machine with what was copied before, on two threads while the far end
 * lists its own.
 */
final class LocalHashing implements AutoCloseable {
  private static final int THREADS = 2;
  private static final int BUFFER = 1 << 17;

  private final Queue<LocalEntry> waiting;
  private final Manifest manifest;
  private final Set<String> same = ConcurrentHashMap.newKeySet();
  private final Thread[] threads = new Thread[THREADS];

  /** Starts to compare the files among {@code entries} that resemble their record. */
  LocalHashing(Iterable<LocalEntry> entries, Manifest manifest) {
    this.manifest = manifest;
    this.waiting = new ConcurrentLinkedQueue<>();
    for (LocalEntry entry : entries) {
      Recorded recorded = manifest.get(entry.path());
      if (entry.kind() == Kind.FILE && recorded != null && recorded.resembles(entry)) {
        waiting.add(entry);
      }
    }
    for (int i = 0; i < THREADS; i++) {
      threads[i] = new Thread(this::work, "previews-files-" + i);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  /** The paths of those that hold what was copied before; waits until all were read. */
  Set<String> same() {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new PreviewInterruptedException("interrupted while reading files", e);
      }
    }
    return new HashSet<>(same);
  }

  private void work() {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[BUFFER];
    for (LocalEntry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
      Recorded recorded = manifest.get(entry.path());
      if (recorded != null && recorded.content().sha256().equals(hash(entry, digest, buffer))) {
        same.add(entry.path());
      }
    }
  }

  /** The digest; empty when it cannot be read: then it is to be sent, which tells why it cannot. */
  private static String hash(LocalEntry entry, MessageDigest digest, byte[] buffer) {
    digest.reset();
    try (InputStream in = Files.newInputStream(entry.local(), LinkOption.NOFOLLOW_LINKS)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        if (Thread.currentThread().isInterrupted()) {
          return "";
        }
      }
    } catch (IOException e) {
      return "";
    }
    return Digests.hex(digest);
  }

  @Override
  public void close() {
    waiting.clear();
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}
