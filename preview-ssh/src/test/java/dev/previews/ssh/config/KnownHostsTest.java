package dev.previews.ssh.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.previews.ssh.config.KnownHosts.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownHostsTest {
  private static final byte[] KEY = "the key".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER = "another".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void namesPatternsAndPortsAreUnderstood() throws Exception {
    KnownHosts hosts =
        hosts(
            "one,10.0.0.1 ssh-ed25519 " + base64(KEY) + " comment",
            "*.example.org,!bad.example.org ssh-rsa " + base64(KEY),
            "[two]:2222 ssh-ed25519 " + base64(KEY),
            "nonsense");
    assertThat(verdict(hosts, "10.0.0.1", KEY)).isEqualTo(Verdict.KNOWN);
    assertThat(verdict(hosts, "one", OTHER)).isEqualTo(Verdict.CHANGED);
    assertThat(verdict(hosts, "a.example.org", KEY)).isEqualTo(Verdict.KNOWN);
    assertThat(verdict(hosts, "bad.example.org", KEY)).isEqualTo(Verdict.UNKNOWN);
    assertThat(verdict(hosts, "[two]:2222", KEY)).isEqualTo(Verdict.KNOWN);
    assertThat(verdict(hosts, "two", KEY)).isEqualTo(Verdict.UNKNOWN);
    assertThat(hosts.types("b.example.org")).containsExactly("ssh-rsa");
    assertThat(hosts.find("one", OTHER).where()).endsWith("known_hosts:1");
  }

  @Test
  void aRevokedKeyIsNoKeyWhereverElseItStands() throws Exception {
    KnownHosts hosts =
        hosts(
            "one ssh-ed25519 " + base64(KEY),
            "@revoked * ssh-ed25519 " + base64(KEY),
            "@cert-authority * ssh-ed25519 " + base64(OTHER));
    assertThat(verdict(hosts, "one", KEY)).isEqualTo(Verdict.REVOKED);
    assertThat(verdict(hosts, "two", OTHER)).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void oneOfSeveralKeysIsEnough() throws Exception {
    KnownHosts hosts = hosts("one ssh-rsa " + base64(OTHER), "one ssh-ed25519 " + base64(KEY));
    assertThat(verdict(hosts, "one", KEY)).isEqualTo(Verdict.KNOWN);
  }

  @Test
  void aNewKeyIsWrittenOnItsOwnLine() throws Exception {
    Path file = Files.writeString(folder.resolve("known_hosts"), "one ssh-rsa " + base64(OTHER));
    KnownHosts hosts = new KnownHosts(List.of(file));
    KnownHosts.add(file, "two", "ssh-ed25519", KEY);
    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(verdict(hosts, "two", KEY)).isEqualTo(Verdict.KNOWN);
  }

  @Test
  void aFolderThatIsMadeIsTheUsersAlone() throws Exception {
    Path file = folder.resolve("home/.ssh/known_hosts");
    KnownHosts.add(file, "one", "ssh-ed25519", KEY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    assertThat(verdict(new KnownHosts(List.of(file)), "one", KEY)).isEqualTo(Verdict.KNOWN);
  }

  private KnownHosts hosts(String... lines) throws Exception {
    return new KnownHosts(
        List.of(
            folder.resolve("missing"), Files.write(folder.resolve("known_hosts"), List.of(lines))));
  }

  private static Verdict verdict(KnownHosts hosts, String name, byte[] key) {
    return hosts.find(name, key).verdict();
  }

  private static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }
}
