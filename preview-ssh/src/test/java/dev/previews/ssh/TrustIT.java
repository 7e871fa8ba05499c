package dev.previews.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.previews.spi.Driver;
import dev.previews.ssh.error.AuthenticationException;
import dev.previews.ssh.error.ChangedHostKeyException;
import dev.previews.ssh.error.UnknownHostKeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is trusted, and by whom. */
class TrustIT {
  @RegisterExtension
  static final SshMachine MACHINE = SshMachine.with("PerSourcePenalties=no", "MaxAuthTries=20");

  @TempDir Path folder;

  @Test
  void aHostThatIsNotKnownIsRefusedAndItSaysHowToTrustIt() throws Exception {
    Path known = folder.resolve("known_hosts");
    assertThatThrownBy(() -> open(MACHINE.driver().knownHosts(known)))
        .isInstanceOfSatisfying(
            UnknownHostKeyException.class,
            e -> assertThat(e.fingerprint()).isEqualTo(fingerprint()))
        .hasMessageContaining("ssh-keyscan " + MACHINE.address() + " >> " + known);
    assertThat(known).doesNotExist();

    open(MACHINE.driver().knownHosts(known).acceptNewHostKeys());
    assertThat(known).content().startsWith(MACHINE.address() + " ");
    open(MACHINE.driver().knownHosts(known));
    new OpenSsh("root@" + MACHINE.address(), Lab.key(), known).run("true");
  }

  @Test
  void aKeyThatChangedIsRefusedEvenWhenNewOnesAreAccepted() throws Exception {
    Path known = Files.copy(MACHINE.knownHosts(), folder.resolve("known_hosts"));
    open(MACHINE.driver().knownHosts(known));
    Path other = key("ed25519", "", "");
    String stranger =
        Files.readString(Path.of(other + ".pub")).replaceFirst("^(\\S+ \\S+).*", "$1");
    Files.writeString(known, "# a comment\n" + MACHINE.address() + " " + stranger.strip() + "\n");
    assertThatThrownBy(() -> open(MACHINE.driver().knownHosts(known).acceptNewHostKeys()))
        .isInstanceOf(ChangedHostKeyException.class)
        .hasMessageContaining("CHANGED")
        .hasMessageContaining(known + ":2")
        .hasMessageContaining("ssh-keygen -R");
  }

  /** Older clients have known hosts by ECDSA keys alone. */
  @ParameterizedTest
  @CsvSource({"ecdsa", "rsa", "ed25519"})
  void aHostIsKnownByAnyOfItsKeys(String type) throws Exception {
    String key = MACHINE.exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_" + type + "_key.pub");
    Path known =
        Files.writeString(folder.resolve("known_hosts"), MACHINE.address() + " " + key + "\n");
    open(MACHINE.driver().knownHosts(known));
  }

  @Test
  void hashedNamesAreUnderstood() throws Exception {
    Path known = Files.copy(MACHINE.knownHosts(), folder.resolve("known_hosts"));
    Lab.run(List.of("ssh-keygen", "-H", "-f", known.toString()));
    assertThat(known).content().startsWith("|1|");
    open(MACHINE.driver().knownHosts(known));
  }

  @Test
  void aKeyThatIsRefusedIsNamed() throws Exception {
    Path stranger = key("ed25519", "", "");
    Ssh ssh =
        Ssh.ssh("root@" + MACHINE.address())
            .config(Path.of("/dev/null"))
            .knownHosts(MACHINE.knownHosts())
            .agent(folder.resolve("no-agent"))
            .identity(stranger);
    assertThatThrownBy(() -> open(ssh))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("'root'")
        .hasMessageContaining("authorized_keys")
        .hasMessageContaining(stranger + ": ssh-ed25519 SHA256:");
  }

  /** Formats: OpenSSH's own, OpenSSL's new one (PKCS8) and its old one (PEM). */
  @ParameterizedTest
  @CsvSource({
    "ed25519, '', ''",
    "ed25519, '', secret",
    "ed25519, PKCS8, ''",
    "ecdsa, '', ''",
    "ecdsa, '', secret",
    "ecdsa, PEM, ''",
    "ecdsa, PEM, secret",
    "ecdsa, PKCS8, ''",
    "ecdsa, PKCS8, secret",
    "rsa, '', ''",
    "rsa, '', secret",
    "rsa, PEM, ''",
    "rsa, PEM, secret",
    "rsa, PKCS8, ''",
    "rsa, PKCS8, secret"
  })
  void keysOfAllKindsLogIn(String type, String format, String passphrase) throws Exception {
    Path key = key(type, format, passphrase);
    allow();
    Ssh ssh =
        Ssh.ssh("root@" + MACHINE.address())
            .config(Path.of("/dev/null"))
            .knownHosts(MACHINE.knownHosts())
            .agent(folder.resolve("no-agent"))
            .identity(key);
    if (passphrase.isEmpty()) {
      open(ssh);
      return;
    }
    assertThatThrownBy(() -> open(ssh)).hasMessageContaining("passphrase, and none was given");
    assertThatThrownBy(() -> open(ssh.passphrase(file -> "wrong".toCharArray())))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("passphrase is wrong");
    open(ssh.passphrase(file -> passphrase.toCharArray()));
  }

  @ParameterizedTest
  @CsvSource({"ed25519", "ecdsa", "rsa"})
  void anAgentLogsIn(String type) throws Exception {
    Path key = key(type, "", "");
    allow();
    Path socket = folder.resolve("agent.sock");
    Process agent =
        new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      org.awaitility.Awaitility.await().until(() -> Files.exists(socket));
      ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", key.toString());
      add.environment().put("SSH_AUTH_SOCK", socket.toString());
      assertThat(add.inheritIO().start().waitFor()).isZero();
      open(
          Ssh.ssh("root@" + MACHINE.address())
              .config(Files.writeString(folder.resolve("config"), "IdentityFile none\n"))
              .knownHosts(MACHINE.knownHosts())
              .agent(socket));
    } finally {
      agent.destroy();
    }
  }

  @Test
  void whatTheConfigurationReachesThisReaches() throws Exception {
    Path key = key("ed25519", "", "");
    allow();
    Path known = folder.resolve("known");
    Path config =
        Files.writeString(
            folder.resolve("config"),
            """
            Host box
              HostName %s
              User root
              IdentityFile "%s"
              IdentityAgent none
              UserKnownHostsFile %s
              StrictHostKeyChecking=accept-new
            Host inner
              HostName 127.0.0.1
              HostKeyAlias inner
              ProxyJump box
              User root
              IdentityFile %s
              UserKnownHostsFile %s
              StrictHostKeyChecking accept-new
            """
                .formatted(MACHINE.address(), key, known, key, known));
    open(Ssh.ssh("box").config(config));
    open(Ssh.ssh("inner").config(config)); // the machine's own loopback, through itself
    assertThat(known).content().contains("inner ssh-");
  }

  private static void open(Ssh ssh) {
    try (Driver driver = ssh.open(Opened.context())) {
      driver.list(Opened.context());
    }
  }

  private static String fingerprint() {
    try {
      // Nothing is known, so the host shows what it prefers among what is offered first.
      String print = MACHINE.exec("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
      return print.split(" ")[1];
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path key(String type, String format, String passphrase) throws Exception {
    Path file = folder.resolve("key-" + type + format + passphrase);
    if (type.equals("ed25519") && format.equals("PKCS8")) {
      // ssh-keygen does not write it; OpenSSL does.
      Lab.run(List.of("openssl", "genpkey", "-algorithm", "ed25519", "-out", file.toString()));
      Files.setPosixFilePermissions(
          file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      allowed = publicHalf(file);
      return file;
    }
    List<String> argv =
        new java.util.ArrayList<>(
            List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString()));
    if (!format.isEmpty()) {
      argv.addAll(List.of("-m", format));
    }
    Lab.run(argv);
    allowed = Files.readString(Path.of(file + ".pub"));
    return file;
  }

  private String allowed = "";

  private static String publicHalf(Path file) throws Exception {
    String der =
        Lab.run(
            List.of(
                "sh",
                "-c",
                "openssl pkey -in " + file + " -pubout -outform DER | tail -c 32 | base64 -w0"));
    byte[] key = java.util.Base64.getDecoder().decode(der);
    byte[] head = {0, 0, 0, 11, 's', 's', 'h', '-', 'e', 'd', '2', '5', '5', '1', '9', 0, 0, 0, 32};
    byte[] blob = java.util.Arrays.copyOf(head, head.length + key.length);
    System.arraycopy(key, 0, blob, head.length, key.length);
    return "ssh-ed25519 " + java.util.Base64.getEncoder().encodeToString(blob) + " openssl";
  }

  private void allow() throws Exception {
    MACHINE.exec("echo '" + allowed.strip() + "' >>/root/.ssh/authorized_keys");
  }
}
