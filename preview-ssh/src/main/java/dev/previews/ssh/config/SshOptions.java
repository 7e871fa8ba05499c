package dev.previews.ssh.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the program said about connecting, the same for all hosts.
 *
 * @param configFiles {@code ssh_config} files, the first one's word counts
 * @param identities key files to try before any other
 * @param knownHosts the only file of known hosts; null for those that the configuration names
 * @param acceptNew whether a host that is not known is trusted and written down; null for what the
 *     configuration says
 * @param passphrase asked for the passphrase of a key file; null when there is none
 * @param agent the socket of an agent; null for the one of the environment
 * @param connectTimeout for the connection, its handshake and its authentication, each
 * @param keepAlive after how long a silence the host is asked whether it is there
 * @param deadAfter after how long a silence the connection is given up
 */
public record SshOptions(
    List<Path> configFiles,
    List<Path> identities,
    @Nullable Path knownHosts,
    @Nullable Boolean acceptNew,
    Function<Path, char @Nullable []> passphrase,
    @Nullable Path agent,
    Duration connectTimeout,
    Duration keepAlive,
    Duration deadAfter) {
  /** The usual: OpenSSH's own files, its agent, 10 seconds to connect, 5 and 15 of silence. */
  public static SshOptions usual(Path home) {
    return new SshOptions(
        List.of(home.resolve(".ssh/config"), Path.of("/etc/ssh/ssh_config")),
        List.of(),
        null,
        null,
        file -> null,
        null,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15));
  }

  /** The same but for what is changed. */
  public SshOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new SshOptions(
        List.copyOf(draft.configFiles),
        List.copyOf(draft.identities),
        draft.knownHosts,
        draft.acceptNew,
        draft.passphrase,
        draft.agent,
        draft.connectTimeout,
        draft.keepAlive,
        draft.deadAfter);
  }

  /** Options that are being changed. */
  public static final class Draft {
    public List<Path> configFiles;
    public List<Path> identities;
    public @Nullable Path knownHosts;
    public @Nullable Boolean acceptNew;
    public Function<Path, char @Nullable []> passphrase;
    public @Nullable Path agent;
    public Duration connectTimeout;
    public Duration keepAlive;
    public Duration deadAfter;

    private Draft(SshOptions options) {
      this.configFiles = options.configFiles;
      this.identities = new ArrayList<>(options.identities);
      this.knownHosts = options.knownHosts;
      this.acceptNew = options.acceptNew;
      this.passphrase = options.passphrase;
      this.agent = options.agent;
      this.connectTimeout = options.connectTimeout;
      this.keepAlive = options.keepAlive;
      this.deadAfter = options.deadAfter;
    }
  }
}
