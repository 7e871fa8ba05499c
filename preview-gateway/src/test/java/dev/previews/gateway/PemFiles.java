package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of its own making, by the JDK's keytool, as PEM files. */
record PemFiles(Path chain, Path key, SSLContext trusting) {
  static PemFiles make(Path folder, String name) throws Exception {
    return make(folder, name, "127.0.0.1");
  }

  /** One that is also an address's. */
  static PemFiles make(Path folder, String name, String address) throws Exception {
    Path store = Files.createTempDirectory(folder, "store").resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-validity",
                "30",
                "-ext",
                "SAN=dns:localhost,dns:" + name + ",dns:*." + name + ",ip:" + address,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Certificate certificate = keys.getCertificate("it");
    Path chain = write(store.resolveSibling("cert.pem"), "CERTIFICATE", certificate.getEncoded());
    Path key =
        write(
            store.resolveSibling("key.pem"),
            "PRIVATE KEY",
            keys.getKey("it", "changeit".toCharArray()).getEncoded());
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("it", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return new PemFiles(chain, key, context);
  }

  private static Path write(Path file, String kind, byte[] bytes) throws Exception {
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes)
            + "\n-----END "
            + kind
            + "-----\n";
    return Files.writeString(file, text);
  }
}
