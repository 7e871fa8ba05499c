package dev.previews.compose;

import dev.previews.error.RemoteCommandException;
import dev.previews.exec.Command;
import dev.previews.exec.Execution;
import dev.previews.spi.Connection;
import dev.previews.spi.Context;
import dev.previews.spi.Machine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs digests of secrets, so that who sees a signature cannot try out what the secret is. The key
 * is made on the machine when it is first needed, and goes with it.
 */
final class ContentKey {
  private static final int BYTES = 32;

  /** Two may come at once: the key of the first one counts. */
  private static final String READ_OR_MAKE =
      """
      umask 077
      if [ ! -s "$1" ]; then
        cat >"$1.$$" && { ln "$1.$$" "$1" 2>/dev/null || :; }
        rm -f "$1.$$"
      fi
      cat "$1"
      """;

  private final Machine machine;
  private final Connection connection;
  private final Context context;
  private byte @Nullable [] key;

  ContentKey(Machine machine, Connection connection, Context context) {
    this.machine = machine;
    this.connection = connection;
    this.context = context;
  }

  /** The signature of a digest, in hexadecimal digits. */
  String sign(String digest) {
    byte[] known = key;
    if (known == null) {
      known = read();
      key = known;
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(known, "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(digest.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private byte[] read() {
    byte[] fresh = new byte[BYTES];
    new SecureRandom().nextBytes(fresh);
    byte[] text = HexFormat.of().formatHex(fresh).getBytes(StandardCharsets.US_ASCII);
    String path = machine.directory() + "/.content-key";
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    Command command =
        Command.of("sh", "-c", READ_OR_MAKE, "sh", path)
            .stdin(stdin -> stdin.write(text))
            .stdout(stdout)
            .stderr(stderr)
            .timeout(context.deadline().remaining());
    try (Execution execution = connection.exec(command)) {
      int exitCode = execution.await();
      String found = stdout.toString(StandardCharsets.US_ASCII);
      if (exitCode != 0 || !found.matches("[0-9a-f]{" + 2 * BYTES + "}")) {
        throw new RemoteCommandException(
            "the machine cannot keep a key in " + path + ": sh ended with " + exitCode,
            stderr.toString(StandardCharsets.UTF_8),
            null);
      }
      return HexFormat.of().parseHex(found);
    }
  }
}
