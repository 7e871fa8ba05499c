package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** What a further copy makes of changes at the far end. */
abstract class FarChangesContract extends LocalChangesContract {
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
    assertThat(far()).isEqualTo(FileTree.of(project));
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
    assertThat(far()).isEqualTo(FileTree.of(project));
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
}
