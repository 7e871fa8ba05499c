package dev.previews.ssh.link;

import dev.previews.ssh.config.HostSettings;
import dev.previews.ssh.config.KnownHosts;
import dev.previews.ssh.error.ChangedHostKeyException;
import dev.previews.ssh.error.HostKeyException;
import dev.previews.ssh.error.UnknownHostKeyException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the key of a host with what is known of it. */
final class HostKeyCheck implements HostKeyVerifier {
  private static final Logger log = LoggerFactory.getLogger(HostKeyCheck.class);

  private final HostSettings settings;
  private final KnownHosts known;
  private volatile @Nullable HostKeyException refusal;

  HostKeyCheck(HostSettings settings) {
    this.settings = settings;
    this.known = new KnownHosts(settings.knownHosts());
  }

  /** Why the key was refused; null when it was not. */
  @Nullable HostKeyException refusal() {
    return refusal;
  }

  @Override
  public boolean verify(String hostname, int port, PublicKey key) {
    byte[] blob = new Buffer.PlainBuffer().putPublicKey(key).getCompactData();
    String type = KeyType.fromKey(key).toString();
    KnownHosts.Finding finding = known.find(settings.keyName(), blob);
    String print = fingerprint(blob);
    switch (finding.verdict()) {
      case KNOWN -> {
        return true;
      }
      case UNKNOWN -> {
        if (isKnownWithoutPort(blob) || acceptsNew(type, blob, print)) {
          return true;
        }
        refusal = unknown(type, print);
      }
      case CHANGED -> refusal = changed(finding, type, print);
      case REVOKED ->
          refusal =
              new ChangedHostKeyException(
                  settings + " shows a key that is revoked at " + finding.where() + ": " + print,
                  print);
    }
    return false;
  }

  /** As OpenSSH does; another key under the plain name is nothing against this one. */
  private boolean isKnownWithoutPort(byte[] blob) {
    return settings
        .keyNameWithoutPort()
        .filter(name -> known.find(name, blob).verdict() == KnownHosts.Verdict.KNOWN)
        .isPresent();
  }

  private boolean acceptsNew(String type, byte[] blob, String print) {
    Path file = settings.newHosts();
    if (settings.acceptNew() && file != null) {
      KnownHosts.add(file, settings.keyName(), type, blob);
      log.info("{} is new: its key {} was written to {}", settings, print, file);
    } else if (settings.acceptNew()) {
      log.warn("{} is new, and there is no file to write its key {} to", settings, print);
    }
    return settings.acceptNew();
  }

  private UnknownHostKeyException unknown(String type, String print) {
    String port = settings.port() == 22 ? "" : "-p " + settings.port() + " ";
    return new UnknownHostKeyException(
        settings
            + " is not known: no key of "
            + settings.keyName()
            + " in "
            + (settings.knownHosts().isEmpty() ? "no file at all" : files())
            + ". It shows "
            + type
            + " "
            + print
            + ". Compare that with what its owner says, then trust it with: ssh-keyscan "
            + port
            + settings.host()
            + " >> "
            + (settings.newHosts() == null
                ? "a file that knownHosts(…) names"
                : settings.newHosts() + " (or ask for acceptNewHostKeys())"),
        print);
  }

  private ChangedHostKeyException changed(KnownHosts.Finding finding, String type, String print) {
    return new ChangedHostKeyException(
        "the key of "
            + settings
            + " has CHANGED: it shows "
            + type
            + " "
            + print
            + ", and "
            + finding.where()
            + " has another. Somebody may be between you and the host; or it was installed anew."
            + " Only when its owner confirms the new key: ssh-keygen -R '"
            + settings.keyName()
            + "' -f "
            + finding.where().replaceFirst(":\\d+$", "")
            + ", and trust it anew",
        print);
  }

  private String files() {
    return settings.knownHosts().stream().map(Path::toString).collect(Collectors.joining(", "));
  }

  /** So that the host shows a key of a type that can be compared. */
  @Override
  public List<String> findExistingAlgorithms(String hostname, int port) {
    List<String> algorithms = new ArrayList<>();
    List<String> types = known.types(settings.keyName());
    if (types.isEmpty()) {
      types = settings.keyNameWithoutPort().map(known::types).orElse(types);
    }
    for (String type : types) {
      if (type.equals("ssh-rsa")) {
        algorithms.addAll(List.of("rsa-sha2-512", "rsa-sha2-256"));
      } else {
        algorithms.add(type);
      }
    }
    return algorithms;
  }

  static String fingerprint(byte[] blob) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(blob);
      return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
