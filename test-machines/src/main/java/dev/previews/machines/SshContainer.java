package dev.previews.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine of the tests of a class: a container with a real sshd and a real engine, on a network
 * of its own, so that it may be killed, cut off and started again under the same address. The key
 * of {@link TestHosts} logs in.
 */
public class SshContainer
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
  private @Nullable TestNetwork network;
  private boolean ofOneTest;

  /**
   * One that is started before the tests, or, where the field is no static one, before each.
   *
   * @param engine whether Docker runs on it, else nothing does but sshd
   * @param sshdOptions as {@code MaxSessions=2}
   */
  public SshContainer(boolean engine, List<String> sshdOptions) {
    this.engine = engine;
    this.options = sshdOptions;
  }

  /** Where the field is no static one, each test has its own machine. */
  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (network == null) {
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

  /** Starts it, and waits until it can be used. */
  public void start() throws Exception {
    String key = Files.readString(Path.of(TestHosts.find().key() + ".pub")).strip();
    folder = Files.createTempDirectory("ssh-machine");
    network = TestNetwork.create(name);
    List<String> argv = new ArrayList<>(List.of("run", "--detach", "--name", name));
    argv.addAll(List.of("--hostname", name, "--privileged", "--init", "--tmpfs", "/run"));
    argv.addAll(List.of("--volume", "/var/lib/docker", "--network", name, "--ip", address()));
    argv.addAll(List.of("--env", "KEY=" + key, "--env", "SSHD=" + String.join(" ", options)));
    argv.addAll(
        List.of(TestImages.sshMachine(), "sh", "-c", (engine ? "" : ">/no-docker\n") + START));
    docker(argv.toArray(String[]::new));
    awaitUp();
    if (engine) {
      Path archive = folder.resolve("busybox.tar");
      docker("save", "--output", archive.toString(), TestImages.busybox());
      docker("cp", archive.toString(), name + ":/busybox.tar");
      exec("docker load --input /busybox.tar && rm /busybox.tar");
      Files.delete(archive);
    }
    learnKey();
  }

  /** Waits for sshd and, where there is one, the engine. */
  public void awaitUp() {
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
  public void learnKey() throws Exception {
    String keys = exec("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    StringBuilder lines = new StringBuilder();
    keys.lines().forEach(key -> lines.append(address()).append(' ').append(key).append('\n'));
    Files.writeString(knownHosts(), lines);
  }

  /** Removes it. Harmless when it is gone. */
  public void stop() throws Exception {
    TestNetwork its = network;
    if (its != null) {
      docker("rm", "--force", "--volumes", name);
      its.remove();
      network = null;
    }
  }

  /** What the engine at hand calls it. */
  public String name() {
    return name;
  }

  /** Where sshd listens, at port 22. */
  public String address() {
    return network().container();
  }

  /** The network that it is on. */
  public TestNetwork network() {
    TestNetwork its = network;
    if (its == null) {
      throw new IllegalStateException("the machine is not started");
    }
    return its;
  }

  /** The file that has its host keys. */
  public Path knownHosts() {
    return folder.resolve("known_hosts");
  }

  /** Runs a shell script on the machine, without SSH, and returns what it printed. */
  public String exec(String script) throws IOException, InterruptedException {
    return docker("exec", name, "sh", "-c", script);
  }

  /** As after a power cut. */
  public void reboot() throws Exception {
    switchOff();
    switchOn();
  }

  /** As a power cut. */
  public void switchOff() throws Exception {
    docker("kill", name);
  }

  /** Starts it again, and does not wait. */
  public void switchOn() throws Exception {
    docker("start", name);
  }

  /** Takes it off its network. */
  public void cut() throws Exception {
    docker("network", "disconnect", name, name);
  }

  /** Puts it back. */
  public void mend() throws Exception {
    docker("network", "connect", "--ip", address(), name, name);
  }

  private static String docker(String... arguments) throws IOException, InterruptedException {
    return DockerCli.output(arguments).strip();
  }
}
