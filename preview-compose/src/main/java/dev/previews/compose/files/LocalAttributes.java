package dev.previews.compose.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;

/**
 * What this machine's file system says of an entry; equal before and after a read when nobody wrote
 * in between.
 *
 * @param inode 0 where the file system does not tell
 * @param changed the time of the last change of content or attributes, where the file system tells
 */
record LocalAttributes(
    Kind kind,
    int permissions,
    int uid,
    int gid,
    long size,
    FileTime modified,
    FileTime changed,
    long inode) {
  private static final int PERMISSION_BITS = 07777;

  /** Those of a directory that stands between the far end's root and a source. */
  static final LocalAttributes PARENT =
      new LocalAttributes(
          Kind.DIRECTORY, 0755, 0, 0, 0, FileTime.fromMillis(0), FileTime.fromMillis(0), 0);

  static LocalAttributes read(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return readBasic(path);
    }
    Map<String, Object> found =
        Files.readAttributes(
            path, "unix:mode,uid,gid,size,lastModifiedTime,ctime,ino", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) value(found, "mode");
    return new LocalAttributes(
        Kind.ofMode(mode),
        mode & PERMISSION_BITS,
        (Integer) value(found, "uid"),
        (Integer) value(found, "gid"),
        (Long) value(found, "size"),
        (FileTime) value(found, "lastModifiedTime"),
        (FileTime) value(found, "ctime"),
        (Long) value(found, "ino"));
  }

  private static Object value(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  private static LocalAttributes readBasic(Path path) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Kind kind =
        found.isRegularFile()
            ? Kind.FILE
            : found.isDirectory()
                ? Kind.DIRECTORY
                : found.isSymbolicLink() ? Kind.LINK : Kind.OTHER;
    FileTime modified = found.lastModifiedTime();
    return new LocalAttributes(
        kind, kind == Kind.FILE ? 0644 : 0755, 0, 0, found.size(), modified, modified, 0);
  }
}
