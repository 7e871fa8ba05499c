package dev.previews.gateway;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway as a program, told what to do by environment variables: those of Preevy's tunnel
 * server.
 *
 * <ul>
 *   <li>{@code BASE_URL}: needed
 *   <li>{@code PORT} (3000), {@code SSH_PORT} (2222), {@code TLS_PORT} (8443), {@code METRICS_PORT}
 *       (8888)
 *   <li>{@code TLS_CERT_FILE} and {@code TLS_KEY_FILE}: turn TLS on
 *   <li>{@code SSH_HOST_KEY_PATH}: a file that is made when it is not there; without it, clients
 *       see another gateway after each start
 *   <li>{@code TRUST_FORWARDED}: {@code true} behind a proxy that sets {@code X-Forwarded-*}
 *   <li>{@code DRAIN_SECONDS} (20): how long requests under way may take after SIGTERM
 *   <li>{@code TUNNELS_PER_CLIENT} (500), {@code CONNECTIONS_PER_CLIENT} (50): of one SSH key
 *   <li>{@code REQUESTS_PER_SECOND} (no limit): to the services of one SSH key
 *   <li>{@code HTTP_CONNECTIONS} (20000), {@code HTTP_CONNECTIONS_PER_ADDRESS} (2000; behind a
 *       trusted proxy no limit)
 *   <li>{@code LOG_FORMAT}: {@code text}, or {@code json} for an object on each line
 * </ul>
 */
public final class Main {
  private static final String LOG = "logback.configurationFile";

  private Main() {}

  /** Runs until it is told to end. */
  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    try {
      chooseLog(environment);
      Logger log = LoggerFactory.getLogger(Main.class);
      TunnelGateway gateway = start(environment, log);
      Duration drain = Duration.ofSeconds(number(environment, "DRAIN_SECONDS", 20));
      CountDownLatch over = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    log.info("told to end: requests under way have {} s", drain.toSeconds());
                    gateway.drain(drain);
                    over.countDown();
                  },
                  "gateway-drain"));
      over.await();
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      System.err.println("the gateway cannot start: " + e.getMessage());
      System.exit(1);
    }
  }

  /** Before there is a logger. */
  private static void chooseLog(Map<String, String> environment) {
    String format = environment.getOrDefault("LOG_FORMAT", "text");
    if (!format.equals("text") && !format.equals("json")) {
      throw new IllegalArgumentException("LOG_FORMAT is text or json, not '" + format + "'");
    }
    if (System.getProperty(LOG) == null) {
      System.setProperty(LOG, "dev/previews/gateway/log-" + format + ".xml");
    }
  }

  private static TunnelGateway start(Map<String, String> environment, Logger log)
      throws IOException {
    String url = environment.getOrDefault("BASE_URL", "");
    if (url.isEmpty()) {
      throw new IllegalArgumentException(
          "BASE_URL is not set: say by which URL it is reached, such as"
              + " https://gateway.example.com");
    }
    TunnelGateway.Builder builder =
        TunnelGateway.builder()
            .url(URI.create(url))
            .http(number(environment, "PORT", 3000))
            .ssh(number(environment, "SSH_PORT", 2222))
            .tls(number(environment, "TLS_PORT", 8443))
            .admin(new InetSocketAddress(number(environment, "METRICS_PORT", 8888)));
    String certificate = environment.getOrDefault("TLS_CERT_FILE", "");
    String key = environment.getOrDefault("TLS_KEY_FILE", "");
    if (!certificate.isEmpty() && !key.isEmpty()) {
      builder.certificate(Path.of(certificate), Path.of(key));
    } else {
      log.info("TLS is off: TLS_CERT_FILE and TLS_KEY_FILE turn it on");
    }
    String hostKey = environment.getOrDefault("SSH_HOST_KEY_PATH", "");
    if (!hostKey.isEmpty()) {
      builder.hostKey(Path.of(hostKey));
    }
    limit(environment, builder);
    TunnelGateway gateway = builder.start();
    log.atInfo()
        .addKeyValue("url", gateway.url())
        .addKeyValue("ssh", gateway.sshAddress())
        .addKeyValue("http", gateway.httpAddress())
        .addKeyValue("tls", gateway.tlsAddress().map(Object::toString).orElse("none"))
        .log("the gateway is there");
    return gateway;
  }

  private static void limit(Map<String, String> environment, TunnelGateway.Builder builder) {
    int all = number(environment, "HTTP_CONNECTIONS", 20_000);
    int each = 2_000;
    if (environment.getOrDefault("TRUST_FORWARDED", "").equals("true")) {
      builder.trustForwarded();
      each = all;
    }
    builder
        .httpConnections(all, number(environment, "HTTP_CONNECTIONS_PER_ADDRESS", each))
        .requestsPerSecond(number(environment, "REQUESTS_PER_SECOND", 0))
        .tunnelsPerClient(number(environment, "TUNNELS_PER_CLIENT", 500))
        .connectionsPerClient(number(environment, "CONNECTIONS_PER_CLIENT", 50));
  }

  private static int number(Map<String, String> environment, String name, int otherwise) {
    String value = environment.getOrDefault(name, "");
    try {
      return value.isEmpty() ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is not a number: '" + value + "'", e);
    }
  }
}
