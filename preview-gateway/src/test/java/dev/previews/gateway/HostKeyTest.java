package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyTest {
  @TempDir Path folder;

  @Test
  void oneThatIsNotThereIsMadeAndKept() throws Exception {
    Path file = folder.resolve("state/host-key");
    KeyPair made = HostKey.read(file);
    assertThat(HostKey.read(file).getPublic()).isEqualTo(made.getPublic());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsNoKeyIsSaid() throws Exception {
    Path file = Files.writeString(folder.resolve("host-key"), "nothing");
    assertThatThrownBy(() -> HostKey.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("RSA or ECDSA");
    assertThat(Files.readString(file)).isEqualTo("nothing");
  }
}
