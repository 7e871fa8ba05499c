package dev.previews.gateway.proxy;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A certificate and its key in PEM files; read again when they have changed. Thread-safe. */
final class CertificateFiles {
  private static final Logger log = LoggerFactory.getLogger(CertificateFiles.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  /** What we speak behind TLS, best first. */
  static final String HTTP_2 = "h2";

  static final String HTTP_1 = "http/1.1";
  static final String SSH = "ssh";

  private final Path certificate;
  private final Path key;
  private SslContext context;
  private String state;
  private long looked = System.nanoTime();

  /**
   * Reads them.
   *
   * @throws IOException when that is not possible
   */
  CertificateFiles(Path certificate, Path key) throws IOException {
    this.certificate = certificate;
    this.key = key;
    this.state = state();
    this.context = read();
  }

  /** What a new connection uses. */
  synchronized SslContext context() {
    long now = System.nanoTime();
    if (now - looked > LOOK.toNanos()) {
      looked = now;
      renew();
    }
    return context;
  }

  private void renew() {
    try {
      String found = state();
      if (!found.equals(state)) {
        context = read();
        state = found;
        log.info("the certificate {} has changed and is used from now on", certificate);
      }
    } catch (IOException e) { // half-written, say: the next look may find it whole
      log.warn(
          "the certificate {} has changed and cannot be read yet: {}", certificate, e.getMessage());
    }
  }

  private String state() throws IOException {
    return Files.getLastModifiedTime(certificate)
        + " "
        + Files.size(certificate)
        + " "
        + Files.getLastModifiedTime(key)
        + " "
        + Files.size(key);
  }

  private SslContext read() throws IOException {
    try {
      return SslContextBuilder.forServer(certificate.toFile(), key.toFile())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  ApplicationProtocolConfig.Protocol.ALPN,
                  ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                  ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                  HTTP_2,
                  HTTP_1,
                  SSH))
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException(
          "the certificate "
              + certificate
              + " and its key "
              + key
              + " (PKCS#8, PEM) cannot be used: "
              + e.getMessage(),
          e);
    }
  }
}
