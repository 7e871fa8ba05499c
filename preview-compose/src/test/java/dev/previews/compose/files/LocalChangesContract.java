package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a further copy sends and removes after changes here. */
abstract class LocalChangesContract extends EntriesContract {
  @Test
  void copiesAndRemovesMoreThanOneCommandLineHolds() throws Exception {
    for (int i = 0; i < 4000; i++) {
      write("directory-" + i / 100 + "/file-with-some-name-" + i, "content " + i);
    }
    assertThat(sync().files()).isEqualTo(4000);
    assertThat(far()).isEqualTo(FileTree.of(project));
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
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }

  @Test
  void sendsNothingForFreshCheckout() throws Exception {
    write("a", "A");
    write("b/c", "C");
    link("l", "a");
    sync();
    Path elsewhere = Files.createDirectory(local.resolve("checkout"));
    FileTree.copy(project, elsewhere);
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
    assertThat(far()).isEqualTo(FileTree.of(project));
  }

  @Test
  void sendsOnlyWhatChanged() throws Exception {
    write("d/a", "A");
    write("d/b", "B");
    write("c", "C");
    sync();
    Object untouched = FileTree.inode(farPath("d/b"));
    write("d/a", "A2");
    write("d/new/x", "X");
    Files.setPosixFilePermissions(
        project.resolve("c"), PosixFilePermissions.fromString("rwxrwxrwx"));
    SyncReport report = sync();
    assertThat(report.files()).isEqualTo(3);
    assertThat(report.bytes()).isEqualTo(4);
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertThat(FileTree.inode(farPath("d/b"))).isEqualTo(untouched);
  }

  @Test
  void changesPermissionsOfDirectory() throws Exception {
    write("d/a", "A");
    sync();
    Object directory = FileTree.inode(farPath("d"));
    Files.setPosixFilePermissions(
        project.resolve("d"), PosixFilePermissions.fromString("rwx------"));
    assertThat(sync().files()).isZero();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertThat(FileTree.inode(farPath("d"))).isEqualTo(directory);
  }

  @Test
  void removesWhatWentHere() throws Exception {
    write("stays", "S");
    write("a/b/c", "C");
    write("new\nline", "N");
    link("l", "a");
    sync();
    FileTree.delete(project.resolve("a"));
    Files.delete(project.resolve("new\nline"));
    Files.delete(project.resolve("l"));
    SyncReport report = sync();
    assertThat(report.removed()).isEqualTo(3);
    assertThat(report.files()).isZero();
    assertThat(far()).isEqualTo(FileTree.of(project));
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
    FileTree.delete(project);
    Files.createDirectory(project);
    write("file-directory/x", "X");
    write("directory-file", "F");
    link("file-link", "directory-file");
    write("link-file", "L");
    write("link-directory/q", "Q");
    link("directory-link", "file-directory");
    sync();
    assertThat(far()).isEqualTo(FileTree.of(project));
    assertNothingToDo();
  }
}
