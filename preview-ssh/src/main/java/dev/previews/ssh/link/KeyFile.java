package dev.previews.ssh.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys: OpenSSH's own format and PEM, each also with a passphrase, with what the JDK
 * has. sshj's own readers need BouncyCastle for some.
 */
final class KeyFile {
  static final String WRONG_PASSPHRASE = "its passphrase is wrong";

  private final Path path;
  private final Function<Path, char @Nullable []> passphrase;

  KeyFile(Path path, Function<Path, char @Nullable []> passphrase) {
    this.path = path;
    this.passphrase = passphrase;
  }

  /**
   * The keys.
   *
   * @throws IOException that says why they cannot be used
   */
  KeyPair read() throws IOException {
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    if (OpenSshKey.isOne(text)) {
      OpenSshKey key = OpenSshKey.parse(text);
      return key.isEncrypted() ? withPassphrase(key::keys) : key.keys();
    }
    if (!text.contains("-----BEGIN ")) {
      throw new IOException("it is neither an OpenSSH nor a PEM private key");
    }
    PemKey pem = PemKey.parse(text);
    return pem.isEncrypted() ? withPassphrase(secret -> pem.decrypt(secret).keys()) : pem.keys();
  }

  private KeyPair withPassphrase(Opener opener) throws IOException {
    char[] secret = passphrase.apply(path);
    if (secret == null) {
      throw new IOException("it has a passphrase, and none was given");
    }
    try {
      return opener.open(secret);
    } finally {
      Arrays.fill(secret, '\0');
    }
  }

  /** Opens a key with its passphrase. */
  private interface Opener {
    KeyPair open(char[] passphrase) throws IOException;
  }
}
