package dev.previews.compose.files;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What differs between this machine and the far end. */
final class Changes {
  private final LocalTree local;
  private final Manifest manifest;
  private final FarState far;
  private final Set<String> sameContent;

  private final List<LocalEntry> sent = new ArrayList<>();
  private final List<LocalEntry> directories = new ArrayList<>();
  private final List<String> removedFiles = new ArrayList<>();
  private final List<String> removedDirectories = new ArrayList<>();
  private final Map<String, Recorded> doubtful = new HashMap<>();
  private final Map<String, Recorded> kept = new HashMap<>();
  private int removed;

  private Changes(LocalTree local, Manifest manifest, FarState far, Set<String> sameContent) {
    this.local = local;
    this.manifest = manifest;
    this.far = far;
    this.sameContent = sameContent;
  }

  /**
   * Finds them.
   *
   * @param sameContent the paths of local files that hold what was copied before
   */
  static Changes of(LocalTree local, Manifest manifest, FarState far, Set<String> sameContent) {
    Changes changes = new Changes(local, manifest, far, sameContent);
    local.entries().values().forEach(changes::classify);
    changes.findRemoved();
    return changes;
  }

  private void classify(LocalEntry entry) {
    FarStat stat = far.entries().get(entry.path());
    if (stat != null && stat.kind() != entry.kind()) {
      remove(entry.path(), stat);
      stat = null;
    }
    Recorded recorded = manifest.get(entry.path());
    if (recorded == null
        || stat == null
        || !recorded.resembles(entry)
        || !sameMode(recorded, stat)) {
      send(entry);
      return;
    }
    switch (entry.kind()) {
      case FILE -> classifyFile(entry, recorded, stat);
      case LINK -> classifyLink(entry, recorded, stat);
      default -> kept.put(entry.path(), recorded.seen(stat, far.moment()));
    }
  }

  /** Nobody writes to a link: another target is another inode. */
  private void classifyLink(LocalEntry entry, Recorded recorded, FarStat stat) {
    if (stat.equals(recorded.stat())) {
      kept.put(entry.path(), recorded);
    } else {
      send(entry);
    }
  }

  private void classifyFile(LocalEntry entry, Recorded recorded, FarStat stat) {
    if (!sameContent.contains(entry.path())) {
      send(entry);
    } else if (recorded.untouched(stat)) {
      kept.put(entry.path(), recorded);
    } else if (stat.size() == recorded.size()) {
      doubtful.put(entry.path(), recorded.seen(stat, far.moment()));
    } else {
      send(entry);
    }
  }

  private static boolean sameMode(Recorded recorded, FarStat stat) {
    FarStat before = recorded.stat();
    return before != null && before.mode() == stat.mode();
  }

  private void send(LocalEntry entry) {
    if (entry.kind() == Kind.DIRECTORY) {
      directories.add(entry);
    } else {
      sent.add(entry);
    }
  }

  private void findRemoved() {
    for (String path : manifest.entries().keySet()) {
      FarStat stat = far.entries().get(path);
      if (stat != null && !local.entries().containsKey(path)) {
        remove(path, stat);
        if (stat.kind() != Kind.DIRECTORY) {
          removed++;
        }
      }
    }
    removedDirectories.sort(Comparator.reverseOrder());
  }

  private void remove(String path, FarStat stat) {
    (stat.kind() == Kind.DIRECTORY ? removedDirectories : removedFiles).add(path);
  }

  /**
   * Settles the doubtful ones that are asked for by {@code digest}.
   *
   * @param digests what the far end has told, by path
   */
  void settle(FarDigest digest, Map<String, String> digests) {
    for (String path : doubtful(digest)) {
      Recorded recorded = Objects.requireNonNull(doubtful.remove(path), path);
      if (recorded.content().hex(digest).equals(digests.get(path))) {
        kept.put(path, recorded);
      } else {
        sent.add(local.get(path));
      }
    }
  }

  /**
   * Files that were copied, and that somebody may have written to at the far end.
   *
   * @param digest by which they are asked for
   */
  Set<String> doubtful(FarDigest digest) {
    return doubtful.entrySet().stream()
        .filter(entry -> entry.getValue().content().digestFor(far.digest()) == digest)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** What the far end verifies by that which is sent. */
  FarDigest digest() {
    return far.digest();
  }

  /** Files and links to send. */
  List<LocalEntry> sent() {
    return sent;
  }

  /** Directories that are missing, or that have other permissions or owners; parents first. */
  List<LocalEntry> directories() {
    return directories;
  }

  /** What is not a directory and goes. */
  List<String> removedFiles() {
    return removedFiles;
  }

  /** Directories that go if they hold nothing; children first. */
  List<String> removedDirectories() {
    return removedDirectories;
  }

  /** How many files and links went here. */
  int removed() {
    return removed;
  }

  /** What stays at the far end as it is. */
  Map<String, Recorded> kept() {
    return kept;
  }

  boolean isEmpty() {
    return sent.isEmpty()
        && directories.isEmpty()
        && removedFiles.isEmpty()
        && removedDirectories.isEmpty();
  }

  /** What the manifest says while the far end changes. */
  Manifest pending() {
    Map<String, Recorded> entries = new HashMap<>(kept);
    local
        .entries()
        .forEach((path, entry) -> entries.putIfAbsent(path, Recorded.unknown(entry.kind())));
    manifest
        .entries()
        .forEach((path, recorded) -> entries.putIfAbsent(path, Recorded.unknown(recorded.kind())));
    return new Manifest(entries);
  }
}
