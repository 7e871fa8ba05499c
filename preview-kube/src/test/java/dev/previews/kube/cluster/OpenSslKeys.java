package dev.previews.kube.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys and their certificates in a directory, as {@code name.key} and {@code name.crt}. */
record OpenSslKeys(Path directory) {
  private static final String PASSWORD = "changeit";

  /** Makes a key, and a certificate that it signs itself. */
  void make(String name, String algorithm, String extension) throws Exception {
    openssl(
        "req",
        "-x509",
        "-nodes",
        "-newkey",
        algorithm,
        algorithm.equals("ec") ? "-pkeyopt" : "-sha256",
        algorithm.equals("ec") ? "ec_paramgen_curve:prime256v1" : "-batch",
        "-subj",
        "/CN=" + name,
        "-days",
        "2",
        "-addext",
        extension,
        "-keyout",
        name + ".key",
        "-out",
        name + ".crt");
  }

  void openssl(String... arguments) throws Exception {
    List<String> argv = new ArrayList<>(List.of("openssl"));
    argv.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(argv).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  /** What a server has that shows one certificate and trusts others. */
  SSLContext context(String own, String... trusted) throws Exception {
    openssl(
        "pkcs12",
        "-export",
        "-in",
        own + ".crt",
        "-inkey",
        own + ".key",
        "-out",
        own + ".p12",
        "-passout",
        "pass:" + PASSWORD);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(own + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD.toCharArray());
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    for (String name : trusted) {
      try (InputStream in = Files.newInputStream(directory.resolve(name + ".crt"))) {
        known.setCertificateEntry(
            name, CertificateFactory.getInstance("X.509").generateCertificate(in));
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        keys.getKeyManagers(), trusted.length == 0 ? null : trust.getTrustManagers(), null);
    return context;
  }
}
