package dev.previews.compose.files;

import dev.previews.error.InvalidInputException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file or directory of this machine, and where it goes.
 *
 * <p>Sources may overlap and nest; equal remote paths must mean the same local file. A source that
 * is a symlink stands for what it points to, and wins over a link that another source has at the
 * same place. A source that is a file keeps its inode at the far end for as long as it is a file,
 * so that a container that mounts it alone sees every change.
 *
 * @param local its absolute path on this machine
 * @param remotePath where it goes, relative, with {@code /} between its components
 */
public record FileSource(Path local, String remotePath) {
  /** Checks both paths. */
  public FileSource {
    if (!local.isAbsolute()) {
      throw new InvalidInputException("a source needs an absolute path: " + local);
    }
    for (String component : List.of(remotePath.split("/", -1))) {
      if (component.isEmpty() || component.equals(".") || component.equals("..")) {
        throw new InvalidInputException(
            "not a path below the far end's directory: '" + remotePath + "'");
      }
    }
  }
}
