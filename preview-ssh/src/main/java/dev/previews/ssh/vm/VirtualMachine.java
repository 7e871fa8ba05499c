package dev.previews.ssh.vm;

import dev.previews.environment.EnvironmentId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A machine that a provider made for an environment, and all that is needed to log in.
 *
 * @param id the environment
 * @param owner who owns it
 * @param created when it was created
 * @param ttl how long it is kept after its last use, as {@link dev.previews.spi.MachineSpec#ttl()
 *     asked for} when it was made; empty when until somebody removes it
 * @param running whether it runs; one that does not is started by {@link MachineProvider#create}
 * @param host its address, as this JVM reaches it
 * @param port where its sshd listens
 * @param user who logs in: root, or one who may use {@code sudo -n}
 * @param privateKey the key that lets the user in, in OpenSSH's format or PEM; empty as long as the
 *     machine does not run
 * @param hostKeys its host keys as {@code known_hosts} has them, type and key, got from where
 *     nobody can have changed them; empty where the provider cannot tell, and the first one seen is
 *     trusted
 * @param settings what it was made with; see {@link MachineProvider#settings}. Empty where only its
 *     data is left, on a disk of its own: then it does not run, and does not expire
 */
public record VirtualMachine(
    EnvironmentId id,
    String owner,
    Instant created,
    Optional<Duration> ttl,
    boolean running,
    String host,
    int port,
    String user,
    String privateKey,
    List<String> hostKeys,
    Map<String, String> settings) {

  /** Without its key. */
  @Override
  public String toString() {
    return "machine of " + id + " at " + user + "@" + host + ":" + port;
  }
}
