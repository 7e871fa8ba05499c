package dev.previews.compose.files;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the far end shall hold, as the sources were found.
 *
 * @param entries by path, parents first
 * @param inPlace the paths of sources that are files
 * @param skipped local paths that cannot be copied
 */
record LocalTree(Map<String, LocalEntry> entries, Set<String> inPlace, List<String> skipped) {
  /** The entry at a path that is known to be one. */
  LocalEntry get(String path) {
    return Objects.requireNonNull(entries.get(path), path);
  }
}
