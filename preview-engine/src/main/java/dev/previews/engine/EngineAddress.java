package dev.previews.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.previews.error.InvalidInputException;
import dev.previews.spi.Dialer;
import dev.previews.spi.DuplexStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a Docker engine is and how it is dialled. Unix sockets and TCP are dialled as they are; for
 * other carriers, TLS among them, the Docker CLI carries the stream ({@code docker system
 * dial-stdio}).
 *
 * @param name for messages
 * @param dialer opens streams to it
 * @param onThisMachine whether it is reached without a network
 */
public record EngineAddress(String name, Dialer dialer, boolean onThisMachine) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> TLS =
      Set.of("DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_TLS");

  /** Either turns TLS on when it is anything but empty; the certificates' path alone does not. */
  private static final Set<String> TLS_SWITCHES = Set.of("DOCKER_TLS_VERIFY", "DOCKER_TLS");

  /**
   * Applies the Docker CLI's own rules: the first of a host, a context, {@code DOCKER_HOST}, {@code
   * DOCKER_CONTEXT}, the current context of the CLI's configuration, and the default socket.
   *
   * @throws InvalidInputException when there is no such context, or what names the engine is no
   *     address
   */
  public static EngineAddress resolve(
      @Nullable String host, @Nullable String context, Map<String, String> environment, Path home) {
    Path config = configFolder(environment, home);
    if (host != null) {
      return ofHost(host, environment);
    }
    if (context != null) {
      return ofContext(context, config, environment);
    }
    String hostVariable = environment.getOrDefault("DOCKER_HOST", "");
    if (!hostVariable.isBlank()) {
      return ofHost(hostVariable, environment);
    }
    String contextVariable = environment.getOrDefault("DOCKER_CONTEXT", "");
    return ofContext(
        contextVariable.isBlank() ? currentContext(config) : contextVariable, config, environment);
  }

  /** Where the Docker CLI has its configuration. */
  public static Path configFolder(Map<String, String> environment, Path home) {
    String folder = environment.getOrDefault("DOCKER_CONFIG", "");
    return folder.isBlank() ? home.resolve(".docker") : Path.of(folder);
  }

  private static String currentContext(Path config) {
    Path file = config.resolve("config.json");
    return Files.exists(file) ? read(file).path("currentContext").asText("") : "";
  }

  private static EngineAddress ofContext(
      String context, Path config, Map<String, String> environment) {
    if (context.isEmpty() || context.equals("default")) {
      return ofHost(defaultHost(), withoutTls(environment));
    }
    String digest = sha256(context);
    Path meta = config.resolve("contexts/meta").resolve(digest).resolve("meta.json");
    if (!Files.exists(meta)) {
      throw new InvalidInputException(
          "there is no docker context '"
              + context
              + "' (no "
              + meta
              + "); see 'docker context ls'");
    }
    String host = read(meta).path("Endpoints").path("docker").path("Host").asText("");
    if (host.isBlank()) {
      throw new InvalidInputException(
          "the docker context '" + context + "' names no host: " + meta);
    }
    boolean tls = Files.exists(config.resolve("contexts/tls").resolve(digest));
    if (isDirect(scheme(host)) && !tls) {
      return ofHost(host, withoutTls(environment));
    }
    return new EngineAddress(
        "the docker context '" + context + "'",
        () -> dialStdio(List.of("--context", context), environment),
        scheme(host).equals("npipe"));
  }

  private static EngineAddress ofHost(String host, Map<String, String> environment) {
    String scheme = scheme(host);
    boolean tls =
        TLS_SWITCHES.stream().anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
    if (scheme.equals("unix")) {
      Path socket = Path.of(host.substring("unix://".length()));
      return new EngineAddress(host, Dialer.to(UnixDomainSocketAddress.of(socket)), true);
    }
    if (scheme.equals("tcp") && !tls) {
      return new EngineAddress(host, Dialer.to(tcp(host)), false);
    }
    if (!List.of("tcp", "ssh", "npipe", "http", "https").contains(scheme)) {
      throw new InvalidInputException(
          "'"
              + host
              + "' is not an engine's address: it begins with unix://, tcp://, ssh:// or npipe://");
    }
    return new EngineAddress(
        withoutPassword(host),
        () -> dialStdio(List.of("--host", host), environment),
        scheme.equals("npipe"));
  }

  private static Map<String, String> withoutTls(Map<String, String> environment) {
    Map<String, String> rest = new HashMap<>(environment);
    rest.keySet().removeAll(TLS);
    return rest;
  }

  /** Through the Docker CLI that this environment finds. */
  private static DuplexStream dialStdio(List<String> options, Map<String, String> environment)
      throws IOException {
    Path docker =
        SearchPath.find("docker", environment)
            .orElseThrow(
                () ->
                    new IOException(
                        "there is no docker CLI on the PATH, and this address needs it; install it"
                            + " or use unix:// or tcp://"));
    List<String> argv = new ArrayList<>(List.of(docker.toString()));
    argv.addAll(options);
    argv.addAll(List.of("system", "dial-stdio"));
    Map<String, String> surroundings = new HashMap<>(environment);
    surroundings.keySet().removeAll(List.of("DOCKER_HOST", "DOCKER_CONTEXT"));
    return ProgramStream.start(argv, surroundings);
  }

  private static boolean isDirect(String scheme) {
    return scheme.equals("unix") || scheme.equals("tcp");
  }

  private static String scheme(String host) {
    int end = host.indexOf("://");
    if (end < 0) {
      throw new InvalidInputException(
          "'"
              + host
              + "' is not an engine's address: it begins with unix://, tcp://, ssh:// or npipe://");
    }
    return host.substring(0, end).toLowerCase(Locale.ROOT);
  }

  private static InetSocketAddress tcp(String host) {
    URI uri;
    try {
      uri = URI.create(host);
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("'" + host + "' is not an engine's address", e);
    }
    if (uri.getHost() == null) {
      throw new InvalidInputException("'" + host + "' names no host and port: tcp://host:2375");
    }
    return InetSocketAddress.createUnresolved(
        uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort() < 0 ? 2375 : uri.getPort());
  }

  private static String withoutPassword(String host) {
    return host.replaceFirst("://([^/@:]*):[^/@]*@", "://$1@");
  }

  private static String defaultHost() {
    return isWindows() ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").startsWith("Windows");
  }

  private static JsonNode read(Path file) {
    try {
      return Objects.requireNonNull(JSON.readTree(file.toFile()));
    } catch (IOException e) {
      throw new InvalidInputException("the Docker configuration " + file + " cannot be read", e);
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
