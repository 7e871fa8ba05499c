package dev.previews.tunnel.gateway;

import com.hierynomus.sshj.key.KeyAlgorithms;
import com.hierynomus.sshj.userauth.keyprovider.OpenSSHKeyV1KeyFile;
import dev.previews.error.ConnectionException;
import dev.previews.spi.Context;
import dev.previews.tunnel.keys.SshPublicKey;
import dev.previews.tunnel.keys.TunnelKey;
import dev.previews.tunnel.profile.Profile;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;

/** Asks a gateway who it is; its host key is pinned when it is seen first. */
public final class GatewayClient {
  private static final Duration MOST = Duration.ofSeconds(20);

  private final GatewayAddress gateway;
  private final Profile profile;
  private final TunnelKey key;
  private final String authorities;

  /**
   * A client of a gateway.
   *
   * @param authorities who may vouch for its TLS certificate, in PEM; empty for those of the
   *     platform
   */
  public GatewayClient(GatewayAddress gateway, Profile profile, TunnelKey key, String authorities) {
    this.gateway = gateway;
    this.profile = profile;
    this.key = key;
    this.authorities = authorities;
  }

  /**
   * Says {@code hello}.
   *
   * @throws ConnectionException when it cannot be reached, is another one than it was, or does not
   *     speak the protocol
   */
  public HelloAnswer hello(String environment, Context context) {
    int millis = (int) context.deadline().remaining(MOST).toMillis();
    Pin pin = new Pin(context);
    try (SSHClient ssh = new SSHClient(config())) {
      ssh.setConnectTimeout(millis);
      ssh.setTimeout(millis);
      ssh.addHostKeyVerifier(pin);
      if (gateway.tls()) {
        ssh.setSocketFactory(new TlsSockets(gateway, authorities));
      }
      ssh.connect(gateway.host(), gateway.port());
      OpenSSHKeyV1KeyFile identity = new OpenSSHKeyV1KeyFile();
      identity.init(new StringReader(key.text()));
      ssh.authPublickey(environment, identity);
      return hello(ssh);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConnectionException(
          pin.refusal.orElse(
              "the tunnel gateway " + gateway + " cannot be asked: " + e.getMessage()),
          e);
    }
  }

  /** ECDSA host keys come last, since only our own key exchange can read them. */
  private static Config config() {
    DefaultConfig config = new DefaultConfig();
    config.setKeyAlgorithms(
        List.of(
            KeyAlgorithms.EdDSA25519(),
            KeyAlgorithms.RSASHA512(),
            KeyAlgorithms.RSASHA256(),
            KeyAlgorithms.ECDSASHANistp256(),
            KeyAlgorithms.ECDSASHANistp384(),
            KeyAlgorithms.ECDSASHANistp521()));
    config.setKeyExchangeFactories(
        config.getKeyExchangeFactories().stream()
            .map(
                it ->
                    it.getName().startsWith("curve25519-") ? CurveExchange.named(it.getName()) : it)
            .toList());
    return config;
  }

  private static HelloAnswer hello(SSHClient ssh) throws IOException {
    try (Session session = ssh.startSession()) {
      return HelloAnswer.read(session.exec("hello").getInputStream());
    }
  }

  /** Trusts what is pinned, and what is seen first. */
  private final class Pin implements HostKeyVerifier {
    private final Context context;
    private Optional<String> refusal = Optional.empty();

    private Pin(Context context) {
      this.context = context;
    }

    @Override
    public boolean verify(String host, int port, java.security.PublicKey shown) {
      byte[] blob = new Buffer.PlainBuffer().putPublicKey(shown).getCompactData();
      String line = KeyType.fromKey(shown) + " " + Base64.getEncoder().encodeToString(blob);
      Optional<String> pinned = profile.hostKey(gateway.toString());
      String kept = pinned.orElseGet(() -> profile.keepHostKey(gateway.toString(), line));
      if (!kept.equals(line)) {
        refusal =
            Optional.of(
                "the tunnel gateway "
                    + gateway
                    + " has another host key than before: "
                    + fingerprint(line)
                    + ", not "
                    + fingerprint(kept)
                    + " that was trusted. If it was given a new key, remove "
                    + profile.hostKeyPlace(gateway.toString()));
        return false;
      }
      if (pinned.isEmpty()) {
        context.notice(
            "the tunnel gateway "
                + gateway
                + " is seen for the first time; its host key "
                + fingerprint(line)
                + " is kept in "
                + profile.hostKeyPlace(gateway.toString()));
      }
      return true;
    }

    @Override
    public List<String> findExistingAlgorithms(String host, int port) {
      return profile
          .hostKey(gateway.toString())
          .map(line -> List.of(line.substring(0, line.indexOf(' '))))
          .orElse(List.of());
    }
  }

  /** As OpenSSH prints it; the line itself where it holds no key. */
  private static String fingerprint(String line) {
    try {
      byte[] blob = Base64.getDecoder().decode(line.substring(line.indexOf(' ') + 1));
      return SshPublicKey.parse(blob).fingerprint();
    } catch (IllegalArgumentException e) {
      return "'" + line + "'";
    }
  }
}
