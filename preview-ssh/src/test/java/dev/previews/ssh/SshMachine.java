package dev.previews.ssh;

import dev.previews.machines.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine of the tests of a class: a container with a real sshd and a real engine, on a network
 * of its own, so that it may be killed, cut off and started again under the same address.
 */
final class SshMachine
    implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final String START =
      """
      ssh-keygen -A >/dev/null; mkdir -p -m 700 /root/.ssh; mkdir -p /run/sshd
      echo "$KEY" >/root/.ssh/authorized_keys; chmod 600 /root/.ssh/authorized_keys
      for o in $SSHD; do echo "$o" | tr = ' ' >>/etc/ssh/sshd_config.d/test.conf; done
      rm -f /run/docker.pid
      if [ ! -e /no-docker ]; then dockerd --host=unix:///var/run/docker.sock >/var/log/dockerd 2>&1 & fi
      /usr/sbin/sshd
      exec sleep infinity
      """;

  private final String name = "ssh-test-" + UUID.randomUUID().toString().substring(0, 8);
  private final List<String> options;
  private final boolean engine;
  private Path folder = Path.of("");
  private String address = "";
  private boolean ofOneTest;

  private SshMachine(boolean engine, List<String> options) {
    this.engine = engine;
    this.options = options;
  }

  /** With sshd options as {@code MaxSessions=2}. */
  static SshMachine with(String... sshdOptions) {
    return new SshMachine(true, List.of(sshdOptions));
  }

  /** Without Docker's socket: nothing runs but sshd. */
  static SshMachine bare(String... sshdOptions) {
    return new SshMachine(false, List.of(sshdOptions));
  }

  /** Where the field is no static one, each test has its own machine. */
  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (address.isEmpty()) {
      ofOneTest = true;
      start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (ofOneTest) {
      stop();
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    stop();
  }

  void start() throws Exception {
    String key = Files.readString(Path.of(Lab.key() + ".pub")).strip();
    folder = Files.createTempDirectory("ssh-machine");
    createNetwork();
    List<String> argv = new ArrayList<>(List.of("run", "--detach", "--name", name));
    argv.addAll(List.of("--hostname", name, "--privileged", "--init", "--tmpfs", "/run"));
    argv.addAll(List.of("--volume", "/var/lib/docker", "--network", name, "--ip", address));
    argv.addAll(List.of("--env", "KEY=" + key, "--env", "SSHD=" + String.join(" ", options)));
    argv.addAll(
        List.of(TestImages.sshMachine(), "sh", "-c", (engine ? "" : ">/no-docker\n") + START));
    Lab.docker(argv.toArray(String[]::new));
    awaitUp();
    if (engine) {
      Path archive = folder.resolve("busybox.tar");
      Lab.docker("save", "--output", archive.toString(), TestImages.busybox());
      Lab.run(List.of("sh", "-c", "docker exec -i " + name + " docker load <" + archive));
    }
    learnKey();
  }

  private void createNetwork() throws Exception {
    for (int i = 0; ; i++) {
      String net = "10.213." + ThreadLocalRandom.current().nextInt(256);
      int part = 8 * ThreadLocalRandom.current().nextInt(32);
      try {
        Lab.docker("network", "create", "--subnet", net + "." + part + "/29", name);
        address = net + "." + (part + 2);
        return;
      } catch (IOException e) {
        if (i == 5) {
          throw e;
        }
      }
    }
  }

  /** Waits for sshd and, where there is one, the engine. */
  void awaitUp() {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptions()
        .until(
            () -> {
              exec("pgrep -x sshd" + (engine ? " && docker version" : ""));
              return true;
            });
  }

  /** Writes the machine's keys to the known hosts. */
  void learnKey() throws Exception {
    String keys = exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    StringBuilder lines = new StringBuilder();
    keys.lines().forEach(key -> lines.append(address).append(' ').append(key).append('\n'));
    Files.writeString(knownHosts(), lines);
  }

  void stop() throws Exception {
    if (!address.isEmpty()) {
      Lab.docker("rm", "--force", "--volumes", name);
      Lab.docker("network", "rm", name);
      address = "";
    }
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  Path knownHosts() {
    return folder.resolve("known_hosts");
  }

  OpenSsh openSsh(String user) {
    return new OpenSsh(user + "@" + address, Lab.key(), knownHosts());
  }

  /** As root, with the lab's key. */
  Ssh driver() {
    return driver("root");
  }

  Ssh driver(String user) {
    return Ssh.ssh(user + "@" + address)
        .config(Path.of("/dev/null"))
        .identity(Lab.key())
        .knownHosts(knownHosts())
        .connectTimeout(Duration.ofSeconds(30)); // other tests may have the processors
  }

  SshPlace place() {
    return place("root", "");
  }

  SshPlace place(String user, String more) {
    return new SshPlace(openSsh(user), more, this::reboot);
  }

  /** Runs a shell script on the machine, without SSH. */
  String exec(String script) throws IOException, InterruptedException {
    return Lab.docker("exec", name, "sh", "-c", script);
  }

  /** Another user of the machine, who has the lab's key. */
  void addUser(String user, String groups) throws IOException, InterruptedException {
    exec(
        "useradd -m -s /bin/sh "
            + (groups.isEmpty() ? "" : "-G " + groups + " ")
            + user
            + " && cp -r /root/.ssh /home/"
            + user
            + " && chown -R "
            + user
            + " /home/"
            + user
            + "/.ssh");
  }

  /** As after a power cut. */
  void reboot() throws Exception {
    switchOff();
    switchOn();
  }

  void switchOff() throws Exception {
    Lab.docker("kill", name);
  }

  void switchOn() throws Exception {
    Lab.docker("start", name);
  }

  /** Takes it off its network. */
  void cut() throws Exception {
    Lab.docker("network", "disconnect", name, name);
  }

  /** Puts it back. */
  void mend() throws Exception {
    Lab.docker("network", "connect", "--ip", address, name, name);
  }
}
