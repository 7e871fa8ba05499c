package dev.previews.compose.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.previews.error.InvalidInputException;
import dev.previews.error.PreviewException;
import dev.previews.exec.Deadline;
import dev.previews.progress.ProgressEvent;
import dev.previews.progress.ProgressEvent.FilesCopied;
import dev.previews.spi.Context;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a copy must do, whichever tools the far end has. The far end's directory is one of this
 * machine, too.
 */
abstract class FileSyncContract {
  private static final String LONG_NAME = "n".repeat(255);

  @TempDir Path local;

  private final List<ProgressEvent> events = new ArrayList<>();
  private LocalConnection connection;
  private Path remote;
  private Path project;

  /** A new connection. */
  abstract LocalConnection connect() throws Exception;

  /** A directory that this machine and the far end both see at this path. */
  abstract Path shared() throws IOException;

  @BeforeEach
  void start() throws Exception {
    connection = connect();
    remote = Files.createTempDirectory(shared(), "far").resolve("files");
    project = Files.createDirectory(local.resolve("project"));
  }

  @Test
  void copiesEveryKindOfEntry() throws Exception {
    write("a.txt", "A");
    write("run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        project.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x--x"));
    write("empty", "");
    Files.createDirectories(project.resolve("empty-directory/deeper"));
    Files.setPosixFilePermissions(
        project.resolve("empty-directory"), PosixFilePermissions.fromString("rwxr-x---"));
    link("link", "a.txt");
    link("dangling", "../no/such");
    link("absolute", "/etc/hostname");
    link("to-directory", "empty-directory");
    write("-rf", "dash");
    write("ünï/çödé 日本語 🎉", "unicode");
    write("new\nline\n//1/2/3/4/./x", "newline");
    write("back\\slash", "backslash");
    write("car\rriage", "return");
    write(" spaces and 'quotes\" $(x) `y` *", "quotes");
    write(LONG_NAME + "/" + LONG_NAME + "/" + LONG_NAME, "long");
    link("long-link", LONG_NAME + "/" + LONG_NAME + "/" + LONG_NAME);

    SyncReport report = sync();

    assertThat(report.skipped()).isEmpty();
    assertThat(report.removed()).isZero();
    assertThat(report.files()).isEqualTo(15);
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void keepsTimesForServersThatShowThem() throws Exception {
    write("a", "A");
    Files.setLastModifiedTime(project.resolve("a"), FileTime.fromMillis(1_000_000_000_000L));
    sync();
    assertThat(Files.getLastModifiedTime(farPath("a")).toMillis()).isEqualTo(1_000_000_000_000L);
  }

  @Test
  void keepsOwnersByNumber() throws Exception {
    assumeTrue(Files.getAttribute(project, "unix:uid").equals(0), "only root gives files away");
    for (String path : List.of("file", "directory/file")) {
      Path file = write(path, "content");
      Files.setAttribute(file, "unix:uid", 12345);
      Files.setAttribute(file, "unix:gid", 3_000_000);
    }
    Files.setAttribute(project.resolve("directory"), "unix:uid", 12345);
    sync();
    assertThat(far()).isEqualTo(tree(project));
    Files.setAttribute(project.resolve("file"), "unix:uid", 54321);
    Files.setAttribute(project.resolve("directory"), "unix:gid", 54321);
    assertThat(sync().files()).isEqualTo(1);
    assertThat(far()).isEqualTo(tree(project));
  }

  @Test
  void takesFilesWithBigSizesFromSparseOnes() throws Exception {
    try (var file = new RandomAccessFile(project.resolve("sparse").toFile(), "rw")) {
      file.setLength(300L << 20);
    }
    SyncReport report = sync();
    assertThat(report.bytes()).isEqualTo(300L << 20);
    assertThat(Files.size(farPath("sparse"))).isEqualTo(300L << 20);
  }

  @Test
  void copiesAndRemovesMoreThanOneCommandLineHolds() throws Exception {
    for (int i = 0; i < 4000; i++) {
      write("directory-" + i / 100 + "/file-with-some-name-" + i, "content " + i);
    }
    assertThat(sync().files()).isEqualTo(4000);
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
    for (int i = 0; i < 4000; i++) {
      Path file = project.resolve("directory-" + i / 100 + "/file-with-some-name-" + i);
      if (i % 4 == 0) {
        Files.delete(file);
      } else {
        Files.writeString(file, "changed " + i);
      }
    }
    SyncReport report = sync();
    assertThat(report.files()).isEqualTo(3000);
    assertThat(report.removed()).isEqualTo(1000);
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void skipsAndReportsWhatIsNoFile() throws Exception {
    write("a", "A");
    assertThat(new ProcessBuilder("mkfifo", project.resolve("pipe").toString()).start().waitFor())
        .isZero();
    SyncReport report = sync();
    assertThat(report.skipped()).containsExactly(project.resolve("pipe").toString());
    assertThat(events)
        .contains(
            new ProgressEvent.Notice("not copied, as it is no file: " + project.resolve("pipe")));
    assertThat(far()).containsOnlyKeys("a");
  }

  @Test
  void sendsNothingForFreshCheckout() throws Exception {
    write("a", "A");
    write("b/c", "C");
    link("l", "a");
    sync();
    Path elsewhere = Files.createDirectory(local.resolve("checkout"));
    copyTree(project, elsewhere);
    Files.setLastModifiedTime(elsewhere.resolve("a"), FileTime.fromMillis(0));

    SyncReport report = sync(new FileSource(elsewhere, "project"));

    assertThat(report).isEqualTo(new SyncReport(0, 0, 0, List.of()));
  }

  @Test
  void needsOneCommandWhenNothingChanged() throws Exception {
    write("a", "A");
    sync();
    Thread.sleep(2500);
    assertNothingToDo(); // looks at what is as young as its record
    int before = connection.commands();
    assertNothingToDo();
    assertThat(connection.commands() - before).isEqualTo(1);
  }

  @Test
  void sendsEditOfSameSizeWithinOneSecond() throws Exception {
    write("a", "one");
    sync();
    FileTime time = Files.getLastModifiedTime(project.resolve("a"));
    write("a", "two");
    Files.setLastModifiedTime(project.resolve("a"), time);
    assertThat(sync().files()).isEqualTo(1);
    assertThat(far()).isEqualTo(tree(project));
  }

  @Test
  void sendsOnlyWhatChanged() throws Exception {
    write("d/a", "A");
    write("d/b", "B");
    write("c", "C");
    sync();
    Object untouched = inode(farPath("d/b"));
    write("d/a", "A2");
    write("d/new/x", "X");
    Files.setPosixFilePermissions(
        project.resolve("c"), PosixFilePermissions.fromString("rwxrwxrwx"));
    SyncReport report = sync();
    assertThat(report.files()).isEqualTo(3);
    assertThat(report.bytes()).isEqualTo(4);
    assertThat(far()).isEqualTo(tree(project));
    assertThat(inode(farPath("d/b"))).isEqualTo(untouched);
  }

  @Test
  void changesPermissionsOfDirectory() throws Exception {
    write("d/a", "A");
    sync();
    Object directory = inode(farPath("d"));
    Files.setPosixFilePermissions(
        project.resolve("d"), PosixFilePermissions.fromString("rwx------"));
    assertThat(sync().files()).isZero();
    assertThat(far()).isEqualTo(tree(project));
    assertThat(inode(farPath("d"))).isEqualTo(directory);
  }

  @Test
  void repairsWhatTheFarEndChanged() throws Exception {
    write("same-size", "good");
    write("longer", "good");
    write("mode", "good");
    write("gone", "good");
    write("d/gone-directory/x", "good");
    write("file-to-directory", "good");
    link("link", "longer");
    sync();
    FileTime time = Files.getLastModifiedTime(farPath("same-size"));
    Files.writeString(farPath("same-size"), "evil");
    Files.setLastModifiedTime(farPath("same-size"), time);
    Files.writeString(farPath("longer"), "longer than it was");
    Files.setPosixFilePermissions(farPath("mode"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.delete(farPath("gone"));
    Files.delete(farPath("d/gone-directory/x"));
    Files.delete(farPath("d/gone-directory"));
    Files.delete(farPath("file-to-directory"));
    Files.createDirectory(farPath("file-to-directory"));
    Files.delete(farPath("link"));
    Files.createSymbolicLink(farPath("link"), Path.of("gone"));

    assertThat(sync().files()).isEqualTo(7);
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void doesNotFollowLinkThatTheFarEndPutInPlaceOfDirectory() throws Exception {
    write("d/a", "A");
    sync();
    Path outside = Files.createDirectory(remote.resolveSibling("outside"));
    Files.delete(farPath("d/a"));
    Files.delete(farPath("d"));
    Files.createSymbolicLink(farPath("d"), outside);
    sync();
    assertThat(far()).isEqualTo(tree(project));
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void sparesWhatTheFarEndCreated() throws Exception {
    write("d/a", "A");
    write("e/b", "B");
    sync();
    Files.writeString(farPath("d/own"), "own");
    Files.createDirectories(farPath("own/deep"));
    Files.delete(project.resolve("d/a"));
    Files.delete(project.resolve("d"));
    Files.delete(project.resolve("e/b"));
    Files.delete(project.resolve("e"));

    assertThat(sync().removed()).isEqualTo(2);

    assertThat(far()).containsOnlyKeys("d", "d/own", "own", "own/deep");
  }

  @Test
  void removesWhatWentHere() throws Exception {
    write("stays", "S");
    write("a/b/c", "C");
    write("new\nline", "N");
    link("l", "a");
    sync();
    deleteTree(project.resolve("a"));
    Files.delete(project.resolve("new\nline"));
    Files.delete(project.resolve("l"));
    SyncReport report = sync();
    assertThat(report.removed()).isEqualTo(3);
    assertThat(report.files()).isZero();
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void changesTypes() throws Exception {
    write("file-directory", "F");
    write("directory-file/x/y", "Y");
    write("file-link", "F");
    link("link-file", "file-link");
    link("link-directory", "directory-file");
    write("directory-link/z", "Z");
    sync();
    deleteTree(project);
    Files.createDirectory(project);
    write("file-directory/x", "X");
    write("directory-file", "F");
    link("file-link", "directory-file");
    write("link-file", "L");
    write("link-directory/q", "Q");
    link("directory-link", "file-directory");
    sync();
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void keepsInodeOfSourceThatIsFile() throws Exception {
    Path config = Files.writeString(local.resolve("app.conf"), "one");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    FileSource source = new FileSource(config, "outside/app.conf");
    sync(source);
    Path there = remote.resolve("tree/outside/app.conf");
    Object inode = inode(there);
    Files.writeString(config, "two, longer");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(sync(source).files()).isEqualTo(1);
    assertThat(there).hasContent("two, longer");
    assertThat(inode(there)).isEqualTo(inode);
    assertThat(Files.getPosixFilePermissions(there))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(Path.of(FileSync.remotePath(remote.toString(), source))).isEqualTo(there);
  }

  @Test
  void mergesSourcesThatNest() throws Exception {
    write(".previewignore", "private/\n");
    write("a", "A");
    write("private/b", "B");
    write("real/c", "C");
    link("linked", "real");
    sync(
        new FileSource(project, "project"),
        new FileSource(project.resolve("a"), "project/a"),
        new FileSource(project.resolve("private/b"), "project/private/b"),
        new FileSource(project.resolve("linked"), "project/linked"));
    assertThat(far())
        .containsOnlyKeys("a", "private", "private/b", "real", "real/c", "linked", "linked/c");
  }

  @Test
  void honoursIgnoreFiles() throws Exception {
    write(".previewignore", "*.log\n!keep.log\n/build/\nnode_modules/\n");
    write("a.log", "x");
    write("keep.log", "x");
    write("build/x", "x");
    write("sub/build/x", "x");
    write("sub/node_modules/x", "x");
    write("sub/.previewignore", "!b.log\n/y\n");
    write("sub/b.log", "x");
    write("sub/y", "x");
    sync();
    assertThat(far()).containsOnlyKeys("keep.log", "sub", "sub/build", "sub/build/x", "sub/b.log");
  }

  @Test
  void removesWhatIsIgnoredByNow() throws Exception {
    write("a.log", "x");
    write("b", "x");
    sync();
    write(".previewignore", "*.log\n");
    assertThat(sync().removed()).isEqualTo(1);
    assertThat(far()).containsOnlyKeys("b");
  }

  @Test
  void refusesSourcesThatDoNotExistAllAtOnce() {
    assertThatThrownBy(
            () ->
                sync(
                    new FileSource(local.resolve("x"), "x"),
                    new FileSource(local.resolve("y"), "y")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(local.resolve("x") + ": it does not exist")
        .hasMessageContaining(local.resolve("y") + ": it does not exist");
    assertThat(remote).doesNotExist();
  }

  @Test
  void refusesNameThatIsNotUtf8() throws Exception {
    String command = "touch \"$(printf 'bad\\351')\"";
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).directory(project.toFile());
    assertThat(shell.start().waitFor()).isZero();
    assertThatThrownBy(this::sync)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("its name is not valid UTF-8");
    assertThat(remote).doesNotExist();
  }

  @Test
  void healsAfterFirstCopyWasCut() throws Exception {
    assertHealsWhenCut();
  }

  @Test
  void healsAfterUpdateWasCut() throws Exception {
    write("file-3", "before");
    write("goes", "before");
    sync();
    Files.delete(project.resolve("goes"));
    assertHealsWhenCut();
  }

  private void assertHealsWhenCut() throws Exception {
    for (int i = 0; i < 100; i++) {
      write("file-" + i, "content".repeat(1000) + i);
    }
    Map<String, String> before = Files.exists(remote.resolve("tree")) ? far() : Map.of();
    connection.filterStdin(out -> new CutStream(out, 250_000));
    assertThatThrownBy(this::sync).isInstanceOf(PreviewException.class);
    assertThat(Files.exists(remote.resolve("tree")) ? far() : Map.of()).isEqualTo(before);
    connection.filterStdin(out -> new CutStream(out, Integer.MAX_VALUE));
    sync();
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void noticesDamageOnTheWay() throws Exception {
    write("a", "content".repeat(100_000));
    connection.filterStdin(out -> new DamagingStream(out, 300_000));
    assertThatThrownBy(this::sync)
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("what arrived differs from what was sent");
    connection.filterStdin(out -> out);
    sync();
    assertThat(far()).isEqualTo(tree(project));
  }

  @Test
  void healsAfterFailureInTheMiddleOfTheChange() throws Exception {
    write("a", "A");
    write("goes", "G");
    write("d/x", "X");
    sync();
    // A directory of the far end's own stands where a file shall go: the tree is half changed then.
    Files.createDirectories(farPath("z/own"));
    write("a", "A2");
    write("z", "Z");
    Files.delete(project.resolve("goes"));
    assertThatThrownBy(this::sync).isInstanceOf(PreviewException.class);
    Files.delete(farPath("z/own"));
    write("a", "A3");
    sync();
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void refusesToCommitWhenAnotherCopyBegan() throws Exception {
    write("a", "A");
    connection.filterStdin(
        out -> {
          try {
            if (Files.exists(remote.resolve(".sync/owner"))) {
              Files.writeString(remote.resolve(".sync/owner"), "somebody else");
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return out;
        });
    assertThatThrownBy(this::sync)
        .isInstanceOf(PreviewException.class)
        .hasMessageContaining("another copy to the same directory is under way");
  }

  @Test
  void sendsFileAgainThatChangedWhileItWasCopied() throws Exception {
    write("big", "0123456789".repeat(200_000));
    write("vanishes", "x".repeat(2_000_000));
    write("z", "Z");
    Path big = project.resolve("big");
    onceAfter(
        200_000,
        () -> {
          Files.writeString(big, "shrunk");
          Files.delete(project.resolve("vanishes"));
        });
    sync();
    assertThat(far()).isEqualTo(tree(project));
    onceAfter(1_000_000, () -> Files.writeString(big, "9876543210".repeat(400_000)));
    write("big", "0123456789".repeat(200_000));
    sync();
    assertThat(far()).isEqualTo(tree(project));
    assertNothingToDo();
  }

  @Test
  void givesUpOnFileThatChangesAllTheTime() throws Exception {
    write("log", "line\n".repeat(100_000));
    write("steady", "S");
    connection.filterStdin(
        out ->
            new FilterOutputStream(out) {
              @Override
              public void write(byte[] bytes, int offset, int length) throws IOException {
                Files.writeString(project.resolve("log"), "line\n", StandardOpenOption.APPEND);
                out.write(bytes, offset, length);
              }
            });
    assertThatThrownBy(this::sync)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("project/log");
    connection.filterStdin(out -> out);
    sync();
    assertThat(far()).isEqualTo(tree(project));
  }

  @Test
  void reportsProgressSeldomAndItsEnd() throws Exception {
    for (int i = 0; i < 500; i++) {
      write("f" + i, "x".repeat(1000));
    }
    long start = System.nanoTime();
    sync();
    long tenths = Duration.ofNanos(System.nanoTime() - start).toMillis() / 100;
    List<FilesCopied> copied = copied();
    assertThat(copied.size()).isLessThanOrEqualTo((int) tenths + 2);
    assertThat(copied.get(copied.size() - 1))
        .isEqualTo(new FilesCopied(500, 500, 500_000, 500_000, 0));
  }

  private List<FilesCopied> copied() {
    return events.stream()
        .filter(FilesCopied.class::isInstance)
        .map(FilesCopied.class::cast)
        .toList();
  }

  private void assertNothingToDo() {
    assertThat(sync()).isEqualTo(new SyncReport(0, 0, 0, List.of()));
  }

  private SyncReport sync() {
    return sync(new FileSource(project, "project"));
  }

  private SyncReport sync(FileSource... sources) {
    Context context = Context.of(Deadline.in(Duration.ofMinutes(1)), events::add);
    return FileSync.sync(List.of(sources), remote.toString(), connection, context);
  }

  private Path write(String path, String content) throws IOException {
    Path file = project.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private void link(String path, String target) throws IOException {
    Files.createSymbolicLink(project.resolve(path), Path.of(target));
  }

  private Path farPath(String path) {
    return remote.resolve("tree/project").resolve(path);
  }

  private static Object inode(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private Map<String, String> far() throws IOException {
    return tree(remote.resolve("tree/project"));
  }

  /** Every entry below a directory, as text that holds all that must be the same. */
  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths.filter(path -> !path.equals(root))::iterator) {
        Map<String, Object> attributes =
            Files.readAttributes(path, "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        String content =
            Files.isSymbolicLink(path)
                ? "-> " + Files.readSymbolicLink(path)
                : Files.isDirectory(path) ? "directory" : Files.readString(path, UTF_8);
        entries.put(root.relativize(path).toString(), new TreeMap<>(attributes) + " " + content);
      }
    }
    return entries;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths.filter(path -> !path.equals(from))::iterator) {
        Files.copy(path, to.resolve(from.relativize(path)), LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void onceAfter(int bytes, Action action) {
    List<Action> actions = new ArrayList<>(List.of(action));
    connection.filterStdin(
        out ->
            new FilterOutputStream(out) {
              private long written;

              @Override
              public void write(byte[] buffer, int offset, int length) throws IOException {
                out.write(buffer, offset, length);
                written += length;
                if (written > bytes && !actions.isEmpty()) {
                  actions.remove(0).run();
                }
              }
            });
  }

  private interface Action {
    void run() throws IOException;
  }

  /** Takes everything and passes on only the first bytes: a connection that lost the rest. */
  private static final class CutStream extends FilterOutputStream {
    private long left;

    CutStream(OutputStream out, long left) {
      super(out);
      this.left = left;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int passed = (int) Math.min(left, length);
      out.write(bytes, offset, passed);
      left -= passed;
    }
  }

  /** Changes one byte. */
  private static final class DamagingStream extends FilterOutputStream {
    private final long victim;
    private long position;

    DamagingStream(OutputStream out, long victim) {
      super(out);
      this.victim = victim;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
      if (position <= victim && victim < position + length) {
        copy[(int) (victim - position)] ^= 1;
      }
      position += length;
      out.write(copy);
    }
  }
}
