package dev.previews.compose.files;

import org.jspecify.annotations.Nullable;

/**
 * An entry that was copied.
 *
 * @param stat what the far end said of it when it was known to hold this; null when it is not known
 *     what the far end holds
 * @param moment when it said so, in seconds of its own clock
 */
record Recorded(
    Kind kind,
    int permissions,
    int uid,
    int gid,
    long size,
    String target,
    Content content,
    @Nullable FarStat stat,
    long moment) {

  static Recorded of(LocalEntry entry, Content content, FarStat stat, long moment) {
    LocalAttributes attributes = entry.attributes();
    return new Recorded(
        entry.kind(),
        attributes.permissions(),
        attributes.uid(),
        attributes.gid(),
        entry.size(),
        entry.target(),
        content,
        stat,
        moment);
  }

  static Recorded unknown(Kind kind) {
    return new Recorded(kind, 0, 0, 0, 0, "", Content.NONE, null, 0);
  }

  /** The same content, seen at the far end in this state. */
  Recorded seen(FarStat now, long when) {
    return new Recorded(kind, permissions, uid, gid, size, target, content, now, when);
  }

  boolean known() {
    return stat != null;
  }

  /**
   * Whether it was copied from something like this, as far as can be told without reading a file.
   */
  boolean resembles(LocalEntry entry) {
    LocalAttributes attributes = entry.attributes();
    return known()
        && kind == entry.kind()
        && permissions == attributes.permissions()
        && uid == attributes.uid()
        && gid == attributes.gid()
        && size == entry.size()
        && target.equals(entry.target());
  }

  /**
   * Whether the far end cannot have changed it since. What changed in the second of the recording,
   * or the one before, may have changed after.
   */
  boolean untouched(FarStat now) {
    return now.equals(stat) && now.changed() < moment - 1;
  }
}
