package dev.previews.compose.files;

import java.nio.file.Path;

/**
 * Something that the far end shall hold.
 *
 * @param path its path in the far end's tree
 * @param local where it is read
 * @param target where it points, for a link; otherwise empty
 */
record LocalEntry(String path, Path local, LocalAttributes attributes, String target) {
  Kind kind() {
    return attributes.kind();
  }

  /** The bytes of its content: those of a file. */
  long size() {
    return kind() == Kind.FILE ? attributes.size() : 0;
  }
}
