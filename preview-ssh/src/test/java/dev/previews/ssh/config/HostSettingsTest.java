package dev.previews.ssh.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostSettingsTest {
  private static final Path HOME = Path.of(System.getProperty("user.home"));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "host, , host, ",
    "deploy@host, deploy, host, ",
    "deploy@host:2222, deploy, host, 2222",
    "ssh://deploy@host:2222, deploy, host, 2222",
    "'[::1]:22', , ::1, 22",
    "::1, , ::1, ",
    "a@b@host, a@b, host, ",
  })
  void hostsAreTakenApart(String typed, String user, String host, Integer port) {
    HostName name = HostName.parse(typed);
    assertThat(name.user()).isEqualTo(user);
    assertThat(name.host()).isEqualTo(host);
    assertThat(name.port().isPresent()).isEqualTo(port != null);
    if (port != null) {
      assertThat(name.port()).hasValue(port);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@host",
        "host:0",
        "host:99999",
        "host:x",
        "-oProxyCommand=x",
        "a b",
        "h;id",
        "[::1"
      })
  void whatIsNoHostIsRefused(String typed) {
    assertThatThrownBy(() -> HostName.parse(typed))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(typed);
  }

  @Test
  void withoutConfigurationItIsWhatOpenSshWouldTake() throws Exception {
    HostSettings host = resolve("", "deploy@example.org");
    assertThat(host.address()).isEqualTo("deploy@example.org:22");
    assertThat(host.keyName()).isEqualTo("example.org");
    assertThat(host.identities())
        .containsExactly(
            HOME.resolve(".ssh/id_ed25519"),
            HOME.resolve(".ssh/id_ecdsa"),
            HOME.resolve(".ssh/id_rsa"));
    assertThat(host.knownHosts()).startsWith(HOME.resolve(".ssh/known_hosts"));
    assertThat(host.acceptNew()).isFalse();
    assertThat(host.jumps()).isEmpty();
  }

  @Test
  void theFirstValueCountsAndIdentitiesAddUp() throws Exception {
    HostSettings host =
        resolve(
            """
            # comment
            User=ops
            Host box !bad
              hostname = 10.0.0.1
              Port 2222
              IdentityFile "~/my keys/%h-%r"
            Host b?x
              HostName other
              IdentityFile %d/second
              StrictHostKeyChecking=accept-new
              UserKnownHostsFile ~/a ~/b
              GlobalKnownHostsFile none
            Host *
              User nobody
            """,
            "box");
    assertThat(host.address()).isEqualTo("ops@10.0.0.1:2222");
    assertThat(host.keyName()).isEqualTo("[10.0.0.1]:2222");
    assertThat(host.identities())
        .containsExactly(HOME.resolve("my keys/10.0.0.1-ops"), HOME.resolve("second"));
    assertThat(host.acceptNew()).isTrue();
    assertThat(host.knownHosts()).containsExactly(HOME.resolve("a"), HOME.resolve("b"));
  }

  @Test
  void whatTheProgramSaysCountsMore() throws Exception {
    HostSettings host = resolve("Host box\n User ops\n Port 2222\n", "deploy@box:22");
    assertThat(host.address()).isEqualTo("deploy@box:22");
  }

  @Test
  void includesAndMatchesAreFollowed() throws Exception {
    Files.writeString(folder.resolve("a.conf"), "Host box\n  Port 1\n");
    Files.writeString(folder.resolve("b.conf"), "Host box\n  Port 2\n  User b\n");
    HostSettings host =
        resolve(
            """
            Include %s/*.conf
            Match originalhost box user b
              HostKeyAlias alias
            Match exec "touch /tmp/never"
              HostName never
            """
                .formatted(folder),
            "b@box");
    assertThat(host.address()).isEqualTo("b@box:1");
    assertThat(host.keyName()).isEqualTo("alias");
  }

  @Test
  void jumpsAreResolvedThemselvesAndALoopIsFound() throws Exception {
    HostSettings host =
        resolve(
            """
            Host gate
              HostName 10.0.0.1
              User door
            Host second
              ProxyJump elsewhere
            Host inner
              ProxyJump gate,u@second:33
            """,
            "inner");
    assertThat(host.jumps())
        .extracting(HostSettings::address)
        .first()
        .isEqualTo("door@10.0.0.1:22");
    assertThat(host.jumps()).extracting(HostSettings::port).endsWith(33);
    assertThatThrownBy(() -> resolve("Host a\n ProxyJump b\nHost b\n ProxyJump a\n", "a"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ProxyJump");
  }

  @Test
  void whatIsNotSupportedIsRefusedAndNotIgnored() {
    assertThatThrownBy(() -> resolve("ProxyCommand nc %h %p\n", "box"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("ProxyJump");
    assertThatThrownBy(() -> resolve("Host \"box\n", "box"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> resolve("Port no\n", "box")).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void withoutFilesOfItsOwnAUserTrustsWhatTheSystemKnowsAndWritesNothing() throws Exception {
    HostSettings host = resolve("UserKnownHostsFile none\n", "box");
    assertThat(host.knownHosts()).startsWith(Path.of("/etc/ssh/ssh_known_hosts"));
    assertThat(host.newHosts()).isNull();
    host = resolve("UserKnownHostsFile none\nGlobalKnownHostsFile none\n", "box");
    assertThat(host.knownHosts()).isEmpty();
  }

  @Test
  void aHostWithAPortIsAlsoKnownByItsPlainName() throws Exception {
    assertThat(resolve("", "Box:2222").keyNameWithoutPort()).contains("box");
    assertThat(resolve("", "box").keyNameWithoutPort()).isEmpty();
    assertThat(resolve("HostKeyAlias other\n", "box:2222").keyNameWithoutPort()).isEmpty();
  }

  private HostSettings resolve(String config, String typed) throws IOException {
    Path file = Files.writeString(folder.resolve("config"), config);
    return HostSettings.resolve(
        HostName.parse(typed),
        SshOptions.usual(HOME).with(draft -> draft.configFiles = List.of(file)));
  }
}
