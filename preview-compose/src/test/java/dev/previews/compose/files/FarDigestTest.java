package dev.previews.compose.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.RemoteCommandException;
import dev.previews.machines.Needed;
import dev.previews.spi.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A far end whose tools come and go: what was copied by one digest is found by another. */
class FarDigestTest {
  private static final List<String> TOOLS =
      List.of(
          "cat",
          "chmod",
          "chown",
          "date",
          "df",
          "find",
          "head",
          "id",
          "md5sum",
          "mkdir",
          "mv",
          "rm",
          "rmdir",
          "sh",
          "sha256sum",
          "stat",
          "tar",
          "touch",
          "wc",
          "xargs");

  private static final List<String> NAMES =
      List.of(
          "plain", "-dash", "new\nline", "back\\slash", "car\rriage", "two  .x", "one *.x", "ü");

  @TempDir Path directory;

  private Path project;
  private Path far;
  private Path tools;
  private LocalConnection connection;

  @BeforeEach
  void copyBoth() throws IOException {
    project = Files.createDirectory(directory.resolve("project"));
    far = directory.resolve("far");
    tools = Files.createDirectory(directory.resolve("tools"));
    for (String name : TOOLS) {
      Files.createSymbolicLink(tools.resolve(name), tool(name));
    }
    connection = LocalConnection.withSearchPath(tools.toString());
    for (String name : NAMES) {
      Files.writeString(project.resolve(name), "content of " + name);
    }
    Files.createFile(project.resolve("empty"));
  }

  @Test
  void whatIsNotChangedIsFoundByWhicheverDigestIsThere() throws Exception {
    sync();
    assertThat(recorded("plain").md5()).hasSize(32);
    haveOpenssl();
    assertThat(sync().files()).isZero();
    lookAgainAtEverything();
    assertThat(sync().files()).isZero();

    Files.writeString(project.resolve("plain"), "another");
    assertThat(sync().files()).isEqualTo(1);
    assertThat(recorded("plain").digestFor(FarDigest.MD5)).isEqualTo(FarDigest.SHA256);
    assertThat(recorded("-dash").digestFor(FarDigest.MD5)).isEqualTo(FarDigest.MD5);

    haveNoOpenssl();
    lookAgainAtEverything();
    assertThat(sync().files()).isZero();
  }

  @Test
  void whatWasWrittenThereIsFoundByWhicheverDigestIsThere() throws Exception {
    haveOpenssl();
    sync();
    haveNoOpenssl();
    writeOverEverything();
    assertThat(sync().files()).isEqualTo(NAMES.size());
    assertThatAllIsThere();
    haveOpenssl();
    writeOverEverything();
    assertThat(sync().files()).isEqualTo(NAMES.size());
    assertThatAllIsThere();
  }

  @Test
  void whatCannotBeAskedForIsSentAgain() throws Exception {
    haveOpenssl();
    sync();
    haveNoOpenssl();
    Files.delete(tools.resolve("sha256sum"));
    lookAgainAtEverything();
    assertThat(sync().files()).isEqualTo(NAMES.size() + 1);
    assertThatAllIsThere();
    lookAgainAtEverything();
    assertThat(sync().files()).isZero();
  }

  @Test
  void whatAnEarlierVersionRecordedIsNotSentAgain() throws Exception {
    sync();
    String before = Files.readString(manifest());
    assertThat(before).containsPattern("f 644 \\d+ \\d+ \\d+ [0-9a-f]{64} [0-9a-f]{32} \\d+ ");
    haveOpenssl();
    lookAgainAtEverything();
    assertThat(sync().files()).isZero();
  }

  @Test
  void opensslThatDoesNotWorkIsNotUsed() throws Exception {
    Path openssl =
        Files.writeString(tools.resolve("openssl"), "#!/bin/sh\necho MD5 only; exit 1\n");
    assertThat(openssl.toFile().setExecutable(true)).isTrue();
    sync();
    assertThat(recorded("plain").md5()).hasSize(32);
    assertThatAllIsThere();
  }

  @Test
  void opensslThatFailsInTheMiddleIsNoSuccess() throws Exception {
    Path openssl =
        Files.writeString(
            tools.resolve("openssl"),
            "#!/bin/sh\ncase $* in *./*) exit 1 ;; esac\nexec '" + tool("openssl") + "' \"$@\"\n");
    assertThat(openssl.toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(this::sync).isInstanceOf(RemoteCommandException.class);
    assertThat(far.resolve("tree")).doesNotExist();
    Files.delete(openssl);
    sync();
    assertThatAllIsThere();
  }

  private static Path tool(String name) {
    for (String place : List.of("/usr/bin", "/bin")) {
      if (Files.isExecutable(Path.of(place, name))) {
        return Path.of(place, name);
      }
    }
    Needed.check(false, name);
    throw new AssertionError(name);
  }

  private void haveOpenssl() throws IOException {
    Files.createSymbolicLink(tools.resolve("openssl"), tool("openssl"));
  }

  private void haveNoOpenssl() throws IOException {
    Files.delete(tools.resolve("openssl"));
  }

  /** Touches the far end's files: only a digest tells that they hold what they held. */
  private void lookAgainAtEverything() throws IOException {
    for (Path file : files()) {
      Files.writeString(file, Files.readString(file));
    }
  }

  /** With as many bytes as were there. */
  private void writeOverEverything() throws Exception {
    for (Path file : files()) {
      Files.writeString(file, "x".repeat((int) Files.size(file)));
    }
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(far.resolve("tree/project"))) {
      return files.toList();
    }
  }

  private void assertThatAllIsThere() throws IOException {
    assertThat(files()).hasSize(NAMES.size() + 1);
    for (Path file : files()) {
      assertThat(Files.mismatch(file, project.resolve(file.getFileName()))).isEqualTo(-1);
    }
  }

  private Path manifest() {
    return far.resolve(".sync/manifest");
  }

  private Content recorded(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(manifest());
    Recorded recorded = Manifest.parse(bytes, bytes.length).get("project/" + name);
    assertThat(recorded).isNotNull();
    return recorded.content();
  }

  private SyncReport sync() {
    return WholeCopy.of(
        List.of(new FileSource(project, "project")),
        far.toString(),
        connection,
        Context.within(Duration.ofMinutes(1)));
  }
}
