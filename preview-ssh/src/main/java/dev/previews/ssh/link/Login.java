package dev.previews.ssh.link;

import dev.previews.exec.Deadline;
import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.error.AuthenticationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.Transport;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.keyprovider.KeyPairWrapper;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthPublickey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a user in: with the key files that were named, then with those of the agent. Remembers what
 * was tried.
 */
final class Login {
  private static final Logger log = LoggerFactory.getLogger(Login.class);
  private static final int A_MOMENT = 200;

  private final HostSettings settings;
  private final Deadline deadline;
  private final List<String> tried = new ArrayList<>();

  /** A login that is to be done by then. */
  Login(HostSettings settings, Deadline deadline) {
    this.settings = settings;
    this.deadline = deadline;
  }

  void run(SSHClient client) throws IOException {
    List<byte[]> used = new ArrayList<>();
    for (Path file : settings.identities()) {
      if (Files.exists(file) && tryFile(client, file, used)) {
        return;
      }
    }
    Path socket = settings.agent();
    if (socket != null) {
      // Less than there is, so that it can be said who kept the login waiting.
      Duration most = deadline.remaining().multipliedBy(3).dividedBy(4);
      if (tryAgent(client, new Agent(socket, deadline.within(most)), used)) {
        return;
      }
    }
    throw refused(null);
  }

  private boolean tryFile(SSHClient client, Path file, List<byte[]> used) throws IOException {
    KeyPair keys;
    try {
      keys = new KeyFile(file, settings.options().passphrase()).read();
    } catch (IOException | RuntimeException e) {
      tried.add(file + ": " + e.getMessage());
      return false;
    }
    byte[] blob = new Buffer.PlainBuffer().putPublicKey(keys.getPublic()).getCompactData();
    used.add(blob);
    return attempt(client, new AuthPublickey(new KeyPairWrapper(keys)), file.toString(), blob);
  }

  private boolean tryAgent(SSHClient client, Agent agent, List<byte[]> used) throws IOException {
    List<byte[]> keys;
    try {
      keys = agent.keys();
    } catch (IOException | UnsupportedOperationException e) {
      tried.add("the ssh-agent: " + e.getMessage());
      return false;
    }
    for (byte[] key : keys) {
      if (used.stream().anyMatch(other -> Arrays.equals(other, key)) || !isWanted(key)) {
        continue;
      }
      if (attempt(client, new AgentLogin(agent, key), "the ssh-agent", key)) {
        return true;
      }
    }
    return false;
  }

  /** With IdentitiesOnly a key of the agent needs its public half among the files. */
  private boolean isWanted(byte[] key) {
    if (!settings.identitiesOnly()) {
      return true;
    }
    String text = Base64.getEncoder().encodeToString(key);
    return settings.identities().stream()
        .anyMatch(
            file -> {
              try {
                Path half =
                    file.toString().endsWith(".pub")
                        ? file
                        : file.resolveSibling(file.getFileName() + ".pub");
                return Files.exists(half) && Files.readString(half).contains(text);
              } catch (IOException e) {
                return false;
              }
            });
  }

  private boolean attempt(SSHClient client, AuthMethod method, String name, byte[] key)
      throws IOException {
    try {
      client.auth(settings.user(), method);
      return true;
    } catch (UserAuthException e) {
      tried.add(
          name
              + ": "
              + KeyType.fromString(new Buffer.PlainBuffer(key).readString())
              + " "
              + HostKeyCheck.fingerprint(key)
              + " was refused");
      if (goesOn(client, e)) {
        return false;
      }
      if (String.valueOf(e.getMessage()).contains("authentication failures")) {
        throw refused(e); // so many that the host hung up
      }
      throw e;
    }
  }

  /** Who waits for an answer hears that the connection is lost before the connection says so. */
  private boolean goesOn(SSHClient client, UserAuthException failure) {
    for (Throwable each = failure.getCause(); each != null; each = each.getCause()) {
      if (each instanceof TransportException) {
        return false;
      }
    }
    Transport transport = client.getTransport();
    if (failure.getCause() != null && !deadline.passed()) {
      try {
        transport.join(A_MOMENT, TimeUnit.MILLISECONDS);
      } catch (TransportException e) {
        log.debug("{} after a failed login: {}", settings, e.toString());
      }
    }
    return !deadline.passed() && transport.isRunning();
  }

  private AuthenticationException refused(@Nullable Throwable cause) {
    return new AuthenticationException(
        settings
            + " does not let '"
            + settings.user()
            + "' in with any key at hand; add the public key to ~/.ssh/authorized_keys there, or"
            + " name another private key with identity(…) or IdentityFile",
        tried.isEmpty() ? "there is no key file and no ssh-agent" : String.join("\n", tried),
        cause);
  }
}
