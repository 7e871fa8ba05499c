package dev.previews.compose.files;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the far end, as one tar: below {@code tree/} the files and links, then below {@code
 * control/} what is to be done with them, and {@code control/end} as the proof that nothing was cut
 * off.
 */
final class Archive {
  private static final int BLOCK = 20 * 512 * 8;
  private static final int BUFFER = 1 << 17;

  private final Changes changes;
  private final Set<String> inPlace;
  private final CopyProgress progress;
  private final BooleanSupplier stop;

  private final FarDigest digest;
  private final MessageDigest sums;
  private final StringBuilder oddSums = new StringBuilder();
  private final Map<String, Content> contents = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> unsteady = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  /**
   * An archive to be written.
   *
   * @param inPlace paths of files that keep their inode
   * @param stop whether nobody reads any more
   */
  Archive(Changes changes, Set<String> inPlace, CopyProgress progress, BooleanSupplier stop) {
    this.changes = changes;
    this.inPlace = inPlace;
    this.progress = progress;
    this.stop = stop;
    this.digest = changes.digest();
    this.sums = Digests.of(digest);
  }

  /** What each path that was sent holds. */
  Map<String, Content> contents() {
    return contents;
  }

  /** The paths of files that changed or vanished while they were read: the far end drops them. */
  List<String> unsteady() {
    List<String> all = new ArrayList<>(unsteady);
    all.addAll(missing);
    return all;
  }

  void writeTo(OutputStream out) throws IOException {
    try (ContentDigests digests = new ContentDigests(digest)) {
      writeTo(out, digests);
    }
  }

  private void writeTo(OutputStream out, ContentDigests digests) throws IOException {
    // The tar stream writes record by record, whatever its block size; each write is a trip.
    OutputStream buffered = new BufferedOutputStream(out, BUFFER);
    TarArchiveOutputStream tar = open(buffered);
    for (LocalEntry entry : changes.sent()) {
      if (entry.kind() == Kind.LINK) {
        writeLink(tar, entry);
      } else {
        writeFile(tar, entry, digests);
      }
      if (stop.getAsBoolean()) {
        return;
      }
      progress.file();
    }
    writeControl(tar);
    tar.finish();
    buffered.flush();
  }

  private static TarArchiveOutputStream open(OutputStream out) {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, BLOCK, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    return tar;
  }

  private static TarArchiveEntry header(LocalEntry entry, String name, byte type) {
    LocalAttributes attributes = entry.attributes();
    TarArchiveEntry header = new TarArchiveEntry(name, type);
    header.setMode(attributes.permissions());
    header.setUserId(attributes.uid());
    header.setGroupId(attributes.gid());
    header.setUserName(""); // otherwise this JVM's user, and a name counts more than an id
    header.setGroupName("");
    header.setModTime(Math.max(0, attributes.modified().toMillis()));
    return header;
  }

  private void writeLink(TarArchiveOutputStream tar, LocalEntry entry) throws IOException {
    TarArchiveEntry header = header(entry, "tree/" + entry.path(), TarConstants.LF_SYMLINK);
    header.setLinkName(entry.target());
    tar.putArchiveEntry(header);
    tar.closeArchiveEntry();
    contents.put(entry.path(), Content.NONE);
  }

  private void writeFile(TarArchiveOutputStream tar, LocalEntry entry, ContentDigests digests)
      throws IOException {
    try (InputStream in = openFile(entry)) {
      if (in == null) {
        missing.add(entry.path());
        return;
      }
      TarArchiveEntry header = header(entry, "tree/" + entry.path(), TarConstants.LF_NORMAL);
      header.setSize(entry.size());
      tar.putArchiveEntry(header);
      boolean steady = copy(in, entry.size(), tar, digests);
      if (stop.getAsBoolean()) {
        return;
      }
      tar.closeArchiveEntry();
      steady = steady && unchanged(entry);
      noteSum(entry.path(), digests.content(), steady);
    }
  }

  private static @Nullable InputStream openFile(LocalEntry entry) {
    try {
      return Files.newInputStream(entry.local(), LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return null;
    }
  }

  /** Copies as many bytes as the header promises; returns whether there were exactly as many. */
  private boolean copy(InputStream in, long size, OutputStream tar, ContentDigests digests)
      throws IOException {
    boolean readable = true;
    long left = size;
    while (left > 0 && !stop.getAsBoolean()) {
      byte[] block = digests.block();
      int wanted = (int) Math.min(left, ContentDigests.BLOCK);
      int count = readable ? read(in, block, wanted) : -1;
      if (count <= 0) {
        readable = false;
        Arrays.fill(block, (byte) 0);
        count = wanted;
      }
      tar.write(block, 0, count);
      left -= count;
      digests.add(block, count, left == 0);
      progress.bytes(count);
    }
    return readable;
  }

  private static int read(InputStream in, byte[] block, int wanted) {
    try {
      return in.read(block, 0, wanted);
    } catch (IOException e) {
      return -1;
    }
  }

  private static boolean unchanged(LocalEntry entry) {
    try {
      return LocalAttributes.read(entry.local()).equals(entry.attributes());
    } catch (IOException e) {
      return false;
    }
  }

  private void noteSum(String path, Content content, boolean steady) {
    names.add(path);
    if (OddNames.contains(path)) {
      oddSums.append(digest.namelessLine(content.hex(digest)));
    } else {
      sums.update(digest.line(content.hex(digest), path).getBytes(StandardCharsets.UTF_8));
    }
    if (steady) {
      contents.put(path, content);
    } else {
      unsteady.add(path);
    }
  }

  private void writeControl(TarArchiveOutputStream tar) throws IOException {
    sums.update(oddSums.toString().getBytes(StandardCharsets.UTF_8));
    String sum = Digests.hex(sums);
    Map<Boolean, List<String>> byOddness =
        names.stream().collect(Collectors.partitioningBy(OddNames::contains));
    control(tar, "names", list(byOddness.getOrDefault(false, List.of())));
    control(tar, "odd-names", list(byOddness.getOrDefault(true, List.of())));
    control(tar, "digest", out -> out.write(sum.getBytes(StandardCharsets.US_ASCII)));
    control(tar, "unsteady", list(unsteady));
    control(tar, "removed-files", list(changes.removedFiles()));
    control(tar, "removed-directories", list(changes.removedDirectories()));
    control(tar, "in-place", list(contents.keySet().stream().filter(inPlace::contains).toList()));
    control(tar, "directories.tar", this::writeDirectories);
    control(tar, "manifest", changes.pending()::writeTo);
    control(tar, "end", out -> {});
  }

  private static Part list(Collection<String> paths) {
    return new PathList(paths)::writeTo;
  }

  private void writeDirectories(OutputStream out) throws IOException {
    TarArchiveOutputStream tar = open(out);
    for (LocalEntry directory : changes.directories()) {
      tar.putArchiveEntry(header(directory, directory.path() + "/", TarConstants.LF_DIR));
      tar.closeArchiveEntry();
    }
    tar.finish();
  }

  /** Writes the part twice, first to learn its size: it need not fit into memory. */
  private static void control(TarArchiveOutputStream tar, String name, Part part)
      throws IOException {
    CountingOutputStream size = new CountingOutputStream();
    part.writeTo(size);
    TarArchiveEntry header = new TarArchiveEntry("control/" + name, TarConstants.LF_NORMAL);
    header.setMode(0600);
    header.setSize(size.count());
    tar.putArchiveEntry(header);
    OutputStream buffered = new BufferedOutputStream(tar, BLOCK);
    part.writeTo(buffered);
    buffered.flush();
    tar.closeArchiveEntry();
  }

  private interface Part {
    void writeTo(OutputStream out) throws IOException;
  }
}
