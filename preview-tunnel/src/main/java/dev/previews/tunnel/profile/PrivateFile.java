package dev.previews.tunnel.profile;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** Files and folders that only their user may read, where the file system knows users. */
public final class PrivateFile {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private PrivateFile() {}

  /** Writes a new file; it is nobody else's from its first moment. */
  public static void write(Path file, String text) throws IOException {
    Files.createFile(file, attributes(parent(file), FILE));
    Files.writeString(file, text);
  }

  /** Writes a file whole, unless it is there: a link fails then, a move would replace it. */
  static void writeOnce(Path file, String text) throws IOException {
    Path parent = parent(file);
    Path temporary = Files.createTempFile(parent, ".new", "", attributes(parent, FILE));
    try {
      Files.writeString(temporary, text);
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      // another process was first
    } catch (UnsupportedOperationException e) {
      Files.move(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  static void makeFolder(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Path parent = parent(path);
      Files.createDirectories(parent);
      try {
        Files.createDirectory(path, attributes(parent, FOLDER));
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(path)) {
          throw e;
        }
      }
    }
  }

  static boolean isPrivate(Path file) throws IOException {
    return !file.getFileSystem().supportedFileAttributeViews().contains("posix")
        || FILE.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  private static Path parent(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  private static FileAttribute<?>[] attributes(Path near, Set<PosixFilePermission> permissions) {
    return near.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }
}
