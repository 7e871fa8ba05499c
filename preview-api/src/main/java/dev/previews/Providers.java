package dev.previews;

import dev.previews.error.InvalidInputException;
import dev.previews.error.MissingProviderException;
import dev.previews.spi.Deployer;
import dev.previews.spi.DeployerProvider;
import dev.previews.spi.DriverConfig;
import dev.previews.spi.DriverProvider;
import dev.previews.spi.TunnelConfig;
import dev.previews.spi.TunnelProvider;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is on the class path; what is missing or there twice becomes an error that names the
 * artifact.
 */
final class Providers {
  static final String DEFAULT_DRIVER = "docker";
  private static final Map<String, String> ARTIFACTS =
      Map.of(
          "docker", "dev.previews:preview-docker",
          "kube", "dev.previews:preview-kube",
          "ssh", "dev.previews:preview-ssh");

  private static final Map<String, String> TUNNELS =
      Map.of("ssh", "dev.previews:preview-tunnel", "ssh+tls", "dev.previews:preview-tunnel");

  private Providers() {}

  static DriverConfig defaultDriver() {
    return driver(DEFAULT_DRIVER);
  }

  static DriverConfig driver(String address) {
    URI uri = address("driver", address);
    return byScheme("driver", uri, load(DriverProvider.class), DriverProvider::scheme).parse(uri);
  }

  static TunnelConfig tunnel(String address) {
    URI uri = address("tunnel", address);
    return byScheme("tunnel", uri, load(TunnelProvider.class), TunnelProvider::scheme).parse(uri);
  }

  static Deployer deployer() {
    return only(
            "deployer",
            "deployer",
            "dev.previews:preview-compose",
            load(DeployerProvider.class),
            "deployers")
        .create();
  }

  /** An address; a bare name is one without anything behind its colon. */
  private static URI address(String kind, String address) {
    try {
      URI uri =
          URI.create(
              address.matches("[A-Za-z][A-Za-z0-9+.-]*:?")
                  ? address.replace(":", "") + ":///"
                  : address);
      if (uri.getScheme() == null) {
        throw new IllegalArgumentException("it has no scheme");
      }
      return uri;
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException(
          "'"
              + address
              + "' is not the address of a "
              + kind
              + ": use a name like 'docker' or"
              + " an address like 'kube://namespace?context=name'",
          e);
    }
  }

  private static <P> P byScheme(
      String kind, URI uri, List<P> providers, Function<P, String> scheme) {
    List<P> fitting =
        providers.stream()
            .filter(it -> scheme.apply(it).equalsIgnoreCase(uri.getScheme()))
            .toList();
    List<String> known = providers.stream().map(scheme).sorted().distinct().toList();
    String artifact =
        (kind.equals("tunnel") ? TUNNELS : ARTIFACTS)
                .getOrDefault(uri.getScheme(), "the artifact that brings it")
            + (known.isEmpty() ? "" : " (there is: " + String.join(", ", known) + ")");
    return only(
        kind,
        kind + " '" + uri.getScheme() + "'",
        artifact,
        fitting,
        kind + "s for '" + uri.getScheme() + "'");
  }

  private static <P> P only(
      String call, String what, String artifact, List<P> fitting, String plural) {
    if (fitting.isEmpty()) {
      throw new MissingProviderException(
          "no "
              + what
              + " on the class path: add "
              + artifact
              + " or, where a class loader hides it, give "
              + call
              + "(…) the object");
    }
    if (fitting.size() > 1) {
      throw new MissingProviderException(
          "several "
              + plural
              + " on the class path, keep one: "
              + String.join(", ", fitting.stream().map(it -> it.getClass().getName()).toList()));
    }
    return fitting.get(0);
  }

  /**
   * Those that this library's class loader sees, then those that the thread's sees beside them. The
   * thread's may be of another world (a pool's, an application server's), so its errors count only
   * where there is nothing else.
   */
  private static <P> List<P> load(Class<P> type) {
    Map<String, P> found = new LinkedHashMap<>();
    add(type, Providers.class.getClassLoader(), found);
    try {
      add(type, Thread.currentThread().getContextClassLoader(), found);
    } catch (MissingProviderException e) {
      if (found.isEmpty()) {
        throw e;
      }
    }
    return List.copyOf(found.values());
  }

  /** Null stands for the system's loader, as in {@link ServiceLoader}. */
  private static <P> void add(Class<P> type, @Nullable ClassLoader loader, Map<String, P> found) {
    try {
      ServiceLoader.load(type, loader)
          .forEach(it -> found.putIfAbsent(it.getClass().getName(), it));
    } catch (ServiceConfigurationError e) {
      throw new MissingProviderException(
          "a " + type.getSimpleName() + " cannot be loaded: " + e.getMessage(), e);
    }
  }
}
