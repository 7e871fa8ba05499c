package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.previews.progress.ProgressEvent;
import dev.previews.progress.ProgressEvent.FilesCopied;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What there is of a file at the far end: every kind of it, its rights, its times. */
abstract class EntriesContract extends CopiedProject {
  private static final String LONG_NAME = "n".repeat(255);

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
    assertThat(far()).isEqualTo(FileTree.of(project));
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
    assertThat(far()).isEqualTo(FileTree.of(project));
    Files.setAttribute(project.resolve("file"), "unix:uid", 54321);
    Files.setAttribute(project.resolve("directory"), "unix:gid", 54321);
    assertThat(sync().files()).isEqualTo(1);
    assertThat(far()).isEqualTo(FileTree.of(project));
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
}
