package dev.previews.tunnel.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import dev.previews.error.MissingProviderException;
import dev.previews.spi.Context;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ProfileTest {
  @TempDir Path folder;

  private Profile profile() {
    return new Profile(FolderStore.open(folder.resolve("new/profile")));
  }

  @Test
  void itsFilesAreItsUsersAlone() throws Exception {
    profile().key();
    profile().keepHostKey("ssh://gateway.test:22", "ssh-rsa AAAA");
    Path made = folder.resolve("new/profile");
    assertThat(permissions(made)).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(made)) {
      assertThat(files.toList()).hasSize(2).allMatch(it -> permissions(it).equals("rw-------"));
    }
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void allThatComeAtOnceGetOneKey() throws Exception {
    int many = 8;
    CyclicBarrier together = new CyclicBarrier(many);
    ExecutorService threads = Executors.newFixedThreadPool(many);
    try {
      List<Future<String>> keys = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        keys.add(
            threads.submit(
                () -> {
                  together.await();
                  return profile().key().text();
                }));
      }
      Set<String> different = new HashSet<>();
      for (Future<String> key : keys) {
        different.add(key.get());
      }
      assertThat(different).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aKeyThatOthersMayReadIsRefused() throws Exception {
    profile().key();
    Path key = folder.resolve("new/profile/key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> profile().key())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("may be read by others");
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutBeingShown() throws Exception {
    Path made = Files.createDirectories(folder.resolve("new/profile"));
    PrivateFile.write(made.resolve("key"), "my secret");
    assertThatThrownBy(() -> profile().key())
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(made.resolve("key").toString())
        .hasMessageNotContaining("my secret");
  }

  @Test
  void theFirstHostKeyStays() {
    assertThat(profile().hostKey("ssh://gateway.test:22")).isEmpty();
    assertThat(profile().keepHostKey("ssh://gateway.test:22", "ssh-rsa AAAA"))
        .isEqualTo("ssh-rsa AAAA");
    assertThat(profile().keepHostKey("ssh://gateway.test:22", "ssh-rsa BBBB"))
        .isEqualTo("ssh-rsa AAAA");
    assertThat(profile().hostKey("ssh://gateway.test:22")).contains("ssh-rsa AAAA");
    assertThat(profile().hostKey("ssh://gateway.test:2222")).isEmpty();
  }

  @Test
  void aStoreThatNothingOpensNamesTheArtifact() {
    assertThatThrownBy(
            () ->
                ProfileAddress.parse("kube://previews/tunnel")
                    .open(Context.within(Duration.ofSeconds(5))))
        .isInstanceOf(MissingProviderException.class)
        .hasMessageContaining("add dev.previews:preview-kube");
  }
}
