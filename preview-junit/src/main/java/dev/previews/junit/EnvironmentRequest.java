package dev.previews.junit;

import dev.previews.Preview;
import dev.previews.Previews;
import dev.previews.environment.EnvironmentId;
import dev.previews.error.InvalidInputException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The environment that an annotation asks for; equal when the same one will do.
 *
 * @param scope names the tests that share it; empty where its id does
 * @param driver an address; empty for the default
 * @param id empty for one of its own
 * @param ttl empty for the default
 */
record EnvironmentRequest(
    String scope,
    List<String> compose,
    String driver,
    String id,
    boolean reuse,
    Optional<Duration> ttl,
    List<String> services,
    List<String> profiles,
    Map<String, String> variables) {
  private static final Duration REUSED_TTL = Duration.ofHours(24);
  private static final int DIGEST = 12;

  static EnvironmentRequest of(
      PreviewEnvironment annotation, Class<?> testClass, ExtensionContext context) {
    Configuration configuration = new Configuration(context);
    String id = annotation.id().strip();
    return new EnvironmentRequest(
        id.isEmpty() ? scope(annotation.share(), testClass) : "",
        List.of(annotation.compose()),
        annotation.driver().isBlank()
            ? configuration.get("preview.driver").orElse("")
            : annotation.driver(),
        id,
        annotation.reuse() || configuration.get("preview.reuse").filter("true"::equals).isPresent(),
        Optional.of(annotation.ttl().strip())
            .filter(ttl -> !ttl.isEmpty())
            .or(() -> configuration.get("preview.ttl"))
            .map(TimeToLive::parse),
        List.of(annotation.services()),
        List.of(annotation.profiles()),
        variables(annotation.variables()));
  }

  /** Names the tests that share an environment. */
  static String scope(Share share, Class<?> testClass) {
    return switch (share) {
      case CLASS -> testClass.getName();
      case PACKAGE -> testClass.getPackageName();
      case RUN -> "run";
    };
  }

  private static Map<String, String> variables(String... assignments) {
    Map<String, String> variables = new TreeMap<>();
    for (String assignment : assignments) {
      int separator = assignment.indexOf('=');
      if (separator < 1) {
        throw new InvalidInputException(
            "@PreviewEnvironment(variables = …): '" + assignment + "' is not NAME=value");
      }
      variables.put(assignment.substring(0, separator), assignment.substring(separator + 1));
    }
    return variables;
  }

  /** By what it is kept while tests use it: those that name an id meet there. */
  Object key() {
    return id.isEmpty() ? this : List.of(driver, id);
  }

  /** Brings it up; its files are found by the class that asks. */
  Preview up(Class<?> testClass) {
    ComposeFiles files = ComposeFiles.find(compose, testClass);
    Previews.Builder builder =
        Previews.builder()
            .id(environmentId(files).value())
            .services(services.toArray(String[]::new))
            .profiles(profiles.toArray(String[]::new))
            .variables(variables);
    if (!driver.isEmpty()) {
      builder.driver(driver);
    }
    ttl.or(() -> Optional.of(REUSED_TTL).filter(time -> reuse)).ifPresent(builder::ttl);
    if (!reuse) {
      builder.ephemeral();
    }
    if (!id.isEmpty()) {
      builder.leaveExisting();
    }
    return builder.up(files.first(), files.more());
  }

  EnvironmentId environmentId(ComposeFiles files) {
    if (!id.isEmpty()) {
      return EnvironmentId.of(id);
    }
    return reuse ? named(scope, identity(files)) : idOfItsOwn(scope);
  }

  /** Another one at each call: {@code junit-<last name of the scope>-<6 random characters>}. */
  static EnvironmentId idOfItsOwn(String scope) {
    return named(scope, UUID.randomUUID().toString().substring(0, 6));
  }

  private static EnvironmentId named(String scope, String rest) {
    String name = scope.substring(Math.max(scope.lastIndexOf('.'), scope.lastIndexOf('$')) + 1);
    return EnvironmentId.derive("junit", name.toLowerCase(Locale.ROOT) + "-" + rest);
  }

  /** A digest of what two runs have in common that may use one environment after the other. */
  private String identity(ComposeFiles files) {
    String all =
        String.join(
            "\0",
            host(),
            System.getProperty("user.name", ""),
            Path.of("").toAbsolutePath().toString(),
            scope,
            files.files().toString(),
            services.toString(),
            profiles.toString(),
            variables.toString());
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "")
        .substring(0, DIGEST);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }
}
