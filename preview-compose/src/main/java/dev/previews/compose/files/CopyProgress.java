package dev.previews.compose.files;

import dev.previews.progress.ProgressEvent;
import dev.previews.spi.Context;
import java.util.concurrent.TimeUnit;

/** Tells how far a copy is, not more often than people can read. */
final class CopyProgress {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

  private final Context context;
  private final int totalFiles;
  private final long totalBytes;
  private final int removed;
  private int files;
  private long bytes;
  private long reported = System.nanoTime();

  CopyProgress(Context context, int totalFiles, long totalBytes, int removed) {
    this.context = context;
    this.totalFiles = totalFiles;
    this.totalBytes = totalBytes;
    this.removed = removed;
  }

  void bytes(int count) {
    bytes += count;
    long now = System.nanoTime();
    if (now - reported >= PAUSE) {
      reported = now;
      report(files, bytes);
    }
  }

  void file() {
    files++;
  }

  void end() {
    report(totalFiles, totalBytes);
  }

  private void report(int filesSoFar, long bytesSoFar) {
    context.report(
        new ProgressEvent.FilesCopied(filesSoFar, totalFiles, bytesSoFar, totalBytes, removed));
  }
}
