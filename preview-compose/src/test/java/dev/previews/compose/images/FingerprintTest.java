package dev.previews.compose.images;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.compose.model.Build;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
  @TempDir Path directory;

  private Path context;
  private Path dockerfile;
  private String before;

  @BeforeEach
  void makeContext() throws Exception {
    context = Files.createDirectory(directory.resolve("context"));
    dockerfile = Files.writeString(directory.resolve("Dockerfile"), "FROM scratch\n");
    Files.createDirectories(context.resolve("src/empty"));
    Files.createDirectories(context.resolve(".git"));
    Files.writeString(context.resolve(".git/HEAD"), "one");
    Files.writeString(context.resolve("src/main.c"), "int a;");
    Files.createSymbolicLink(context.resolve("link"), Path.of("nowhere"));
    before = fingerprint();
  }

  @Test
  void nothingChanged() throws Exception {
    assertThat(fingerprint()).isEqualTo(before);
  }

  @Test
  void editOfTheSameSizeAndTime() throws Exception {
    Path file = context.resolve("src/main.c");
    var time = Files.getLastModifiedTime(file);
    Files.writeString(file, "int b;");
    Files.setLastModifiedTime(file, time);
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void renamedFile() throws Exception {
    Files.move(context.resolve("src/main.c"), context.resolve("src/main.d"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void movedFile() throws Exception {
    Files.move(context.resolve("src/main.c"), context.resolve("main.c"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void newFileAndRemovedDirectory() throws Exception {
    Files.createFile(context.resolve("new"));
    String more = fingerprint();
    assertThat(more).isNotEqualTo(before);
    Files.delete(context.resolve("src/empty"));
    assertThat(fingerprint()).isNotEqualTo(more);
  }

  @Test
  void modeOfFileAndDirectory() throws Exception {
    mode(context.resolve("src/main.c"), "rwx------");
    String executable = fingerprint();
    assertThat(executable).isNotEqualTo(before);
    mode(context.resolve("src/empty"), "rwx------");
    assertThat(fingerprint()).isNotEqualTo(executable);
  }

  @Test
  void dockerfileAndItsIgnoreFileOutsideTheContext() throws Exception {
    Files.writeString(dockerfile, "FROM busybox\n");
    String edited = fingerprint();
    assertThat(edited).isNotEqualTo(before);
    Files.writeString(directory.resolve("Dockerfile.dockerignore"), "src\n");
    assertThat(fingerprint()).isNotEqualTo(edited);
  }

  @Test
  void targetOfASymlink() throws Exception {
    Files.delete(context.resolve("link"));
    Files.createSymbolicLink(context.resolve("link"), Path.of("elsewhere"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void definitionAndMore() throws Exception {
    settle();
    assertThat(Fingerprint.of(build("{\"target\":\"x\"}"), List.of()).get()).isNotEqualTo(before);
    assertThat(Fingerprint.of(build("{}"), List.of("base")).get()).isNotEqualTo(before);
  }

  @Test
  void gitCountsUnlessItIsIgnored() throws Exception {
    Files.writeString(context.resolve(".git/HEAD"), "two");
    assertThat(fingerprint()).isNotEqualTo(before);
    Files.writeString(context.resolve(".dockerignore"), "*.o\n.git\n");
    String ignored = fingerprint();
    Files.writeString(context.resolve(".git/HEAD"), "three");
    assertThat(fingerprint()).isEqualTo(ignored);
  }

  @Test
  void anotherSubdirectorysGitCounts() throws Exception {
    Files.writeString(context.resolve(".dockerignore"), ".git\n");
    Files.createDirectory(context.resolve("src/.git"));
    String with = fingerprint();
    Files.writeString(context.resolve("src/.git/HEAD"), "x");
    assertThat(fingerprint()).isNotEqualTo(with);
  }

  @Test
  void aFileThatChangedJustNowMayChangeAgainUnseen() throws Exception {
    Optional<String> fingerprint = Optional.of(before);
    for (int i = 0; i < 100 && fingerprint.isPresent(); i++) {
      Files.writeString(context.resolve("src/main.c"), "int c;");
      fingerprint = Fingerprint.of(build("{}"), List.of());
    }
    assertThat(fingerprint).isEmpty();
  }

  @Test
  void missingInputs() throws Exception {
    Files.delete(dockerfile);
    assertThat(Fingerprint.of(build("{}"), List.of())).isEmpty();
  }

  private String fingerprint() throws Exception {
    settle();
    return Fingerprint.of(build("{}"), List.of()).orElseThrow();
  }

  private static void settle() throws InterruptedException {
    Thread.sleep(120);
  }

  private Build build(String definition) {
    return new Build("web", "shop-web", definition, List.of(context, dockerfile), false);
  }

  private static void mode(Path path, String permissions) throws IOException {
    assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
