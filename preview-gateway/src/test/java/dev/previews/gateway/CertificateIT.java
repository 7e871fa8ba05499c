package dev.previews.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The certificate is that of the files as they are now. */
@Timeout(60)
class CertificateIT {
  private static final String DOMAIN = "tunnels.test";

  @TempDir Path folder;

  @Test
  void aNewCertificateIsUsedFromThenOn() throws Exception {
    PemFiles pem = PemFiles.make(folder, DOMAIN);
    PemFiles other = PemFiles.make(folder, "other.test");
    try (TunnelGateway own =
        LoopbackGateway.at("https://other.test")
            .tls(LoopbackGateway.anyPort())
            .certificate(
                Files.copy(other.chain(), folder.resolve("live.pem")),
                Files.copy(other.key(), folder.resolve("live-key.pem")))
            .start()) {
      assertThat(certificate(own, other)).contains("other.test");
      Files.copy(pem.key(), folder.resolve("live-key.pem"), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(pem.chain(), folder.resolve("live.pem"), StandardCopyOption.REPLACE_EXISTING);
      await()
          .atMost(Duration.ofSeconds(15))
          .ignoreExceptions()
          .until(() -> certificate(own, pem).contains(DOMAIN));
    }
  }

  private static String certificate(TunnelGateway gateway, PemFiles trusted) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusted
                .trusting()
                .getSocketFactory()
                .createSocket(
                    InetAddress.getLoopbackAddress(),
                    gateway.tlsAddress().orElseThrow().getPort())) {
      socket.setSoTimeout(5000);
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }
}
