package dev.previews.compose.files;

import dev.previews.error.RemoteCommandException;
import java.util.HashMap;
import java.util.Map;

/** Checks that what was sent is in its place, and makes the manifest of it. */
final class Arrival {
  private Arrival() {}

  /**
   * The manifest of the far end as it is now.
   *
   * @param contents what was sent, by path
   * @throws RemoteCommandException when something that was sent is not there
   */
  static Manifest manifest(
      LocalTree local, Changes changes, Map<String, Content> contents, FarState far) {
    Map<String, Recorded> entries = new HashMap<>(changes.kept());
    contents.forEach((path, content) -> entries.put(path, record(local.get(path), content, far)));
    for (LocalEntry directory : changes.directories()) {
      entries.put(directory.path(), record(directory, Content.NONE, far));
    }
    local
        .entries()
        .forEach((path, entry) -> entries.putIfAbsent(path, Recorded.unknown(entry.kind())));
    return new Manifest(entries);
  }

  private static Recorded record(LocalEntry entry, Content content, FarState far) {
    FarStat stat = far.entries().get(entry.path());
    if (stat == null || stat.kind() != entry.kind()) {
      throw wrong(entry, "it is not there");
    }
    if (entry.kind() == Kind.FILE && stat.size() != entry.size()) {
      throw wrong(entry, "it has " + stat.size() + " bytes instead of " + entry.size());
    }
    if (entry.kind() != Kind.LINK && !stat.permits(entry.attributes().permissions())) {
      throw wrong(entry, "it has mode " + Integer.toOctalString(stat.mode()));
    }
    return Recorded.of(entry, content, stat, far.moment());
  }

  private static RemoteCommandException wrong(LocalEntry entry, String what) {
    return new RemoteCommandException(
        "'" + entry.path() + "' did not arrive at the far end as it was sent: " + what);
  }
}
