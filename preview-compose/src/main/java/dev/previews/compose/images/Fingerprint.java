package dev.previews.compose.images;

import dev.previews.compose.model.Build;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a build is made from, as a digest of its definition and of what the file system says of each
 * file, without reading any. A change always changes it; so may an event that changed nothing.
 */
final class Fingerprint {
  private static final Logger log = LoggerFactory.getLogger(Fingerprint.class);

  /** Two changes within one tick of the kernel's clock have the same time. */
  private static final Duration TICK = Duration.ofMillis(50);

  private static final int FILE_TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int SYMLINK = 0120000;

  private static final String ATTRIBUTES = "unix:mode,size,ino,lastModifiedTime,ctime";
  private static final Set<String> GIT_IGNORED = Set.of(".git", "/.git", ".git/", "**/.git");

  private final MessageDigest digest;
  private Instant newest = Instant.MIN;

  private Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The fingerprint of a build; empty when it cannot be known, because files are unreadable, were
   * changed just now, or their file system does not tell enough.
   *
   * @param more what else it is made from
   */
  static Optional<String> of(Build build, List<String> more) {
    Instant now = Instant.now();
    Fingerprint fingerprint = new Fingerprint();
    try {
      fingerprint.add(build.definition());
      more.forEach(fingerprint::add);
      for (Path input : build.inputs()) {
        fingerprint.addInput(input.toRealPath());
      }
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      log.debug("service {} is built each time", build.service(), e);
      return Optional.empty();
    }
    return fingerprint.newest.isBefore(now.minus(TICK))
        ? Optional.of(HexFormat.of().formatHex(fingerprint.digest.digest()))
        : Optional.empty();
  }

  private void addInput(Path path) throws IOException {
    add(path.toString());
    if (Files.isDirectory(path)) {
      addDirectory(path, ignoresGit(path));
      return;
    }
    addEntry(path);
    Path ignore = path.resolveSibling(path.getFileName() + ".dockerignore");
    if (Files.exists(ignore)) {
      addEntry(ignore);
    }
  }

  private void addDirectory(Path directory, boolean withoutGit) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(entries);
    for (Path entry : entries) {
      if (!withoutGit || !entry.getFileName().toString().equals(".git")) {
        addEntry(entry);
      }
    }
    add("end of directory");
  }

  private void addEntry(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    int mode = attribute(attributes, "mode", Integer.class);
    add(path.getFileName().toString());
    add(Integer.toString(mode));
    if ((mode & FILE_TYPE) == DIRECTORY) {
      addDirectory(path, false);
      return;
    }
    for (String name : List.of("size", "ino")) {
      add(attribute(attributes, name, Object.class).toString());
    }
    for (String name : List.of("lastModifiedTime", "ctime")) {
      add(attribute(attributes, name, FileTime.class).toInstant().toString());
    }
    Instant changed = attribute(attributes, "ctime", FileTime.class).toInstant();
    newest = changed.isAfter(newest) ? changed : newest;
    if ((mode & FILE_TYPE) == SYMLINK) {
      add(Files.readSymbolicLink(path).toString());
    }
  }

  private static <T> T attribute(Map<String, Object> attributes, String name, Class<T> type) {
    return Objects.requireNonNull(type.cast(attributes.get(name)), name);
  }

  /** Git's own files change without any change of the project's. */
  private static boolean ignoresGit(Path context) throws IOException {
    Path ignore = context.resolve(".dockerignore");
    if (!Files.isRegularFile(ignore)) {
      return false;
    }
    List<String> lines = Files.readAllLines(ignore).stream().map(String::strip).toList();
    return lines.stream().anyMatch(GIT_IGNORED::contains)
        && lines.stream().noneMatch(line -> line.startsWith("!"));
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    digest.update(bytes);
  }
}
