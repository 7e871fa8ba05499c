package dev.previews.machines;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * Two machines with sshd and a Docker engine for tests: those that the environment names, else
 * containers on the engine at hand, made once for a JVM and removed with it. They are reached by
 * addresses of their own, so that engine must run on this machine. Each has the image {@link
 * TestImages#busybox}.
 *
 * @param hosts their addresses; sshd listens on port 22
 * @param key the file of the private key that logs root in; beside it the public one, {@code .pub}
 * @param knownHosts the file that has their host keys
 */
public record TestHosts(List<String> hosts, Path key, Path knownHosts) {
  private static final int MACHINES = 2;
  private static final String START =
      """
      ssh-keygen -A && mkdir -p -m 700 /root/.ssh /run/sshd && "$(command -v sshd)"
      exec dockerd --host=unix:///var/run/docker.sock
      """;

  private static @Nullable TestHosts known;

  /** The machines; see {@link Needed} for what happens when there are none. */
  public static synchronized TestHosts find() {
    TestHosts hosts = known;
    if (hosts == null) {
      hosts = named().orElseGet(TestHosts::inContainers);
      known = hosts;
    }
    return hosts;
  }

  private static Optional<TestHosts> named() {
    String hosts = System.getenv("PREVIEW_LAB_SSH_HOSTS");
    String key = System.getenv("PREVIEW_LAB_SSH_KEY");
    String knownHosts = System.getenv("PREVIEW_LAB_SSH_KNOWN_HOSTS");
    return hosts == null || key == null || knownHosts == null
        ? Optional.empty()
        : Optional.of(new TestHosts(List.of(hosts.split(",")), Path.of(key), Path.of(knownHosts)));
  }

  private static TestHosts inContainers() {
    String image = TestImages.sshMachine();
    List<GenericContainer<?>> machines = new ArrayList<>();
    try {
      for (int i = 0; i < MACHINES; i++) {
        machines.add(start(image));
      }
      return of(machines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while machines started", e);
    }
  }

  @SuppressWarnings("resource") // it lives as long as the JVM; Testcontainers removes it
  private static GenericContainer<?> start(String image) throws IOException, InterruptedException {
    GenericContainer<?> machine =
        new GenericContainer<>(DockerImageName.parse(image))
            .withPrivilegedMode(true)
            .withCreateContainerCmdModifier(TestHosts::asMachine)
            .waitingFor(Wait.forSuccessfulCommand("docker version && pgrep -x sshd"));
    machine.start();
    ContainerImages.copy(TestImages.busybox(), machine, "docker", "load", "--input");
    return machine;
  }

  private static void asMachine(CreateContainerCmd command) {
    HostConfig host = Objects.requireNonNull(command.getHostConfig());
    command
        .withEntrypoint("sh", "-ec", START)
        .withCmd(List.of())
        .withHostConfig(
            host.withInit(true)
                .withMounts(
                    List.of(new Mount().withType(MountType.VOLUME).withTarget("/var/lib/docker"))));
  }

  /** One key logs in to all; the first of them makes it. */
  private static TestHosts of(List<GenericContainer<?>> machines)
      throws IOException, InterruptedException {
    shell(machines.get(0), "ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519");
    String publicKey = shell(machines.get(0), "cat /root/.ssh/id_ed25519.pub").strip();
    List<String> hosts = new ArrayList<>();
    StringBuilder hostKeys = new StringBuilder();
    for (GenericContainer<?> machine : machines) {
      shell(machine, "umask 077; echo '" + publicKey + "' >/root/.ssh/authorized_keys");
      String host = address(machine);
      hosts.add(host);
      String hostKey = shell(machine, "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub");
      hostKeys.append(host).append(' ').append(hostKey);
    }
    Path directory = Files.createTempDirectory("previews-hosts");
    Path key = directory.resolve("id_ed25519");
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(key, shell(machines.get(0), "cat /root/.ssh/id_ed25519"));
    Files.writeString(directory.resolve("id_ed25519.pub"), publicKey + "\n");
    Path knownHosts = directory.resolve("known_hosts");
    Files.writeString(knownHosts, hostKeys.toString());
    return new TestHosts(List.copyOf(hosts), key, knownHosts);
  }

  private static String address(GenericContainer<?> machine) {
    return machine
        .getContainerInfo()
        .getNetworkSettings()
        .getNetworks()
        .values()
        .iterator()
        .next()
        .getIpAddress();
  }

  private static String shell(GenericContainer<?> machine, String script)
      throws IOException, InterruptedException {
    ExecResult result = machine.execInContainer("sh", "-ec", script);
    if (result.getExitCode() != 0) {
      throw new IOException(script + ": " + result.getStderr());
    }
    return result.getStdout();
  }
}
