package dev.previews.compose.files;

import java.util.List;

/**
 * What a copy did.
 *
 * @param files files and links that were sent
 * @param bytes the bytes of their contents
 * @param removed files and links that went at the far end because they went here
 * @param skipped local paths that cannot be copied: sockets, FIFOs, devices and the system's own
 */
public record SyncReport(int files, long bytes, int removed, List<String> skipped) {
  /** Copies the list. */
  public SyncReport {
    skipped = List.copyOf(skipped);
  }
}
