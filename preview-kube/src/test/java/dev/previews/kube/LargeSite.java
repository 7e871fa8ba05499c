package dev.previews.kube;

import dev.previews.machines.TestImages;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;

/**
 * A project of one service, {@code web}, which serves a page and a file so large that a fault may
 * meet its copying: at {@code /pages/large}.
 */
record LargeSite(Path compose, String digest) {
  private static final int SIZE = 32 << 20;

  static LargeSite in(Path directory) throws Exception {
    byte[] random = new byte[SIZE];
    new Random(1).nextBytes(random);
    Path pages = Files.createDirectories(directory.resolve("pages"));
    Files.write(pages.resolve("large"), random);
    Files.writeString(pages.resolve("index.html"), "page");
    Path compose =
        Files.writeString(
            directory.resolve("compose.yaml"),
            """
            services:
              web:
                image: %s
                init: true
                command: [httpd, -f, -p, "8080", -h, /pages]
                ports: ["8080"]
                volumes: ["./pages:/pages"]
            """
                .formatted(TestImages.busybox()));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(random);
    return new LargeSite(compose, HexFormat.of().formatHex(hash));
  }

  /** What a URL gives now. */
  static String page(URI url) throws IOException {
    try (InputStream body = url.toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
