package dev.previews.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Set;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.jspecify.annotations.Nullable;

/** The gateway's own SSH key. */
final class HostKey {
  /** Of a key that is kept. */
  private static final int BITS = 3072;

  /** Of one that is gone with the process; making it takes a quarter of the time. */
  private static final int BITS_FOR_NOW = 2048;

  private HostKey() {}

  /**
   * Reads it; makes one where there is no file, and keeps it there when the file has a name.
   *
   * @throws IOException when it cannot be read or kept
   */
  static KeyPair read(@Nullable Path file) throws IOException {
    try {
      if (file == null) {
        return make(BITS_FOR_NOW);
      }
      if (!Files.exists(file)) {
        keep(make(BITS), file);
      }
      for (KeyPair pair : new FileKeyPairProvider(file).loadKeys(null)) {
        return pair;
      }
      throw new IOException("no key in it");
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new IOException(
          "the host key "
              + file
              + " cannot be used ("
              + e.getMessage()
              + "): it must be RSA or ECDSA, such as ssh-keygen -t rsa -b "
              + BITS
              + " -N '' makes, or not be there, for one to be made",
          e);
    }
  }

  private static KeyPair make(int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    return generator.generateKeyPair();
  }

  /** Only its owner may read it, from its first moment; one that another process made is kept. */
  private static void keep(KeyPair pair, Path file) throws IOException {
    String text =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try (var out =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      out.write(java.nio.ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (FileAlreadyExistsException e) {
      return;
    }
  }
}
