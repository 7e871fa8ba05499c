package dev.previews.ssh;

import dev.previews.error.InvalidInputException;
import dev.previews.spi.Context;
import dev.previews.spi.Driver;
import dev.previews.spi.DriverConfig;
import dev.previews.ssh.config.HostName;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.SshOptions;
import dev.previews.ssh.host.DockerHost;
import dev.previews.ssh.host.HostMachines;
import dev.previews.ssh.host.HostOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Environments on machines that are reached by SSH: one, or several that share the load. Immutable;
 * each method returns a changed copy.
 *
 * <pre>{@code
 * Previews.builder().driver(Ssh.ssh("deploy@host")).up(file)
 * Previews.builder().driver(Ssh.ssh().hosts("a", "b", "c").installDocker()).up(file)
 * }</pre>
 *
 * What {@code ssh host} reaches, this reaches: {@code ~/.ssh/config}, its keys, an ssh-agent and
 * {@code known_hosts} are used as OpenSSH uses them. Host keys are verified. The user on the
 * machine is root, or may use its Docker engine, or may use {@code sudo -n}.
 */
public final class Ssh implements DriverConfig {
  private final List<HostName> hosts;
  private final SshOptions options;
  private final HostOptions host;

  private Ssh(List<HostName> hosts, SshOptions options, HostOptions host) {
    this.hosts = hosts;
    this.options = options;
    this.host = host;
  }

  /** No machine yet; see {@link #hosts}. */
  public static Ssh ssh() {
    return new Ssh(
        List.of(),
        SshOptions.usual(Path.of(System.getProperty("user.home", "/"))),
        HostOptions.usual());
  }

  /**
   * One machine: {@code host}, {@code user@host} or {@code user@host:port}, where the host may be
   * an alias of {@code ~/.ssh/config}.
   *
   * @throws InvalidInputException when it is none of these
   */
  public static Ssh ssh(String host) {
    return ssh().hosts(host);
  }

  /**
   * The same on these machines. A new environment goes to the one with the most room: free memory,
   * disk, and few environments. One that is down is named and left out.
   *
   * @throws InvalidInputException when one is no host, or is named twice
   */
  public Ssh hosts(String... names) {
    List<HostName> parsed = Arrays.stream(names).map(HostName::parse).toList();
    if (parsed.stream().map(HostName::toString).distinct().count() < parsed.size()) {
      throw new InvalidInputException("a host is named twice: " + String.join(", ", names));
    }
    return new Ssh(parsed, options, host);
  }

  /** The same with this private key, before those that the configuration names. */
  public Ssh identity(Path file) {
    return with(draft -> draft.identities.add(file));
  }

  /**
   * The same where the passphrase of a key file is asked of this function; it returns null when it
   * knows none. The array is cleared after its use where that is possible.
   */
  public Ssh passphrase(Function<Path, char @Nullable []> source) {
    return with(draft -> draft.passphrase = source);
  }

  /** The same with this file of known hosts and no other. */
  public Ssh knownHosts(Path file) {
    return with(draft -> draft.knownHosts = file);
  }

  /**
   * The same where a host that is not known is trusted at its first sight, and its key written to
   * the first file of known hosts. A key that has changed is refused all the same.
   */
  public Ssh acceptNewHostKeys() {
    return acceptNewHostKeys(true);
  }

  Ssh acceptNewHostKeys(boolean accept) {
    return with(draft -> draft.acceptNew = accept);
  }

  /** The same with this {@code ssh_config} file and no other. */
  public Ssh config(Path file) {
    return with(draft -> draft.configFiles = List.of(file));
  }

  /** The same with the ssh-agent at this socket. Default: that of {@code SSH_AUTH_SOCK}. */
  public Ssh agent(Path socket) {
    return with(draft -> draft.agent = socket);
  }

  /**
   * The same where a machine may take so long for the connection with its handshake, and again for
   * the login. Default: 10 seconds.
   */
  public Ssh connectTimeout(Duration timeout) {
    positive("connectTimeout", timeout);
    return with(draft -> draft.connectTimeout = timeout);
  }

  /**
   * The same where a machine that has been silent is asked whether it is there, and given up when
   * it stays silent. Default: 5 and 15 seconds. What runs over the connection fails then; what
   * comes next opens a new one.
   */
  public Ssh keepAlive(Duration interval, Duration deadAfter) {
    if (deadAfter.compareTo(interval) <= 0) {
      throw new InvalidInputException(
          "a machine would be given up after " + deadAfter + ", before it is asked");
    }
    positive("keepAlive", interval);
    return with(
        draft -> {
          draft.keepAlive = interval;
          draft.deadAfter = deadAfter;
        });
  }

  /**
   * The same with the environments' files below this absolute directory of the machine. Default:
   * {@code ~/.previews}.
   */
  public Ssh directory(String path) {
    return new Ssh(hosts, options, host.directory(absolute("directory", path)));
  }

  /**
   * The same with the engine at this socket of the machine. Default: the one that the user's own
   * Docker CLI takes, rootless or not.
   */
  public Ssh engineSocket(String path) {
    return new Ssh(hosts, options, host.socket(absolute("engineSocket", path)));
  }

  /**
   * The same where Docker is installed on a machine that lacks it, from the distribution's own
   * packages (apt, dnf, apk). Needs root, or {@code sudo -n}.
   */
  public Ssh installDocker() {
    return installDocker(true);
  }

  Ssh installDocker(boolean install) {
    return new Ssh(hosts, options, host.install(install));
  }

  private Ssh with(Consumer<SshOptions.Draft> change) {
    return new Ssh(hosts, options.with(change), host);
  }

  private static void positive(String option, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new InvalidInputException("the ssh driver's " + option + " is not positive: " + value);
    }
  }

  private static String absolute(String option, String path) {
    if (!path.matches("(/(?!\\.{1,2}(/|$))[^/\\p{Cntrl}]+)+")) {
      throw new InvalidInputException(
          "the ssh driver's "
              + option
              + " is an absolute path without '.', '..' and a '/' at its end, not '"
              + path
              + "'");
    }
    return path;
  }

  /** All that was said. */
  record Settings(List<HostName> hosts, SshOptions options, HostOptions host) {}

  Settings settings() {
    return new Settings(hosts, options, host);
  }

  @Override
  public Driver open(Context call) {
    if (hosts.isEmpty()) {
      throw new InvalidInputException("the ssh driver has no host: ssh(\"user@host\")");
    }
    List<HostMachines> machines =
        hosts.stream()
            .map(name -> HostSettings.resolve(name, options))
            .map(settings -> new HostMachines(new DockerHost(settings, host)))
            .toList();
    return SshDriver.open(new Pool(machines), call);
  }

  @Override
  public String toString() {
    return "ssh to " + hosts.stream().map(HostName::toString).collect(Collectors.joining(", "));
  }
}
