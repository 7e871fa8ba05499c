package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** What belongs to a copy: sources of every kind, ignored files, and what cannot be a source. */
abstract class SourcesContract extends FarChangesContract {
  @Test
  void keepsInodeOfSourceThatIsFile() throws Exception {
    Path config = Files.writeString(local.resolve("app.conf"), "one");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    FileSource source = new FileSource(config, "outside/app.conf");
    sync(source);
    Path there = remote.resolve("tree/outside/app.conf");
    Object inode = FileTree.inode(there);
    Files.writeString(config, "two, longer");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(sync(source).files()).isEqualTo(1);
    assertThat(there).hasContent("two, longer");
    assertThat(FileTree.inode(there)).isEqualTo(inode);
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
}
