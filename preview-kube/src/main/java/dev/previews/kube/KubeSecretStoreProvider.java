package dev.previews.kube;

import dev.previews.error.InvalidInputException;
import dev.previews.kube.cluster.Cluster;
import dev.previews.kube.cluster.ClusterSettings;
import dev.previews.spi.Context;
import dev.previews.spi.SecretStore;
import dev.previews.spi.SecretStoreProvider;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of a namespace: {@code kube://namespace[/name][?context=name&kubeconfig=file]}. Their
 * names begin with {@code name}, {@code preview-tunnel} where none is given.
 */
public final class KubeSecretStoreProvider implements SecretStoreProvider {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** For {@link java.util.ServiceLoader}. */
  public KubeSecretStoreProvider() {}

  /** {@code kube}. */
  @Override
  public String scheme() {
    return "kube";
  }

  @Override
  public SecretStore open(URI address, Context context) {
    String path = address.getRawPath() == null ? "" : address.getRawPath();
    String name = path.replaceAll("^/|/$", "");
    if (name.isEmpty()) {
      name = "preview-tunnel";
    }
    if (!name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw wrong(address, "'" + name + "' is no name of a Secret");
    }
    String from = null;
    Path kubeconfig = null;
    String query = address.getRawQuery() == null ? "" : address.getRawQuery();
    for (String option : query.isEmpty() ? new String[0] : query.split("&")) {
      String value = decode(option.substring(option.indexOf('=') + 1));
      switch (option.substring(0, Math.max(0, option.indexOf('=')))) {
        case "context" -> from = value;
        case "kubeconfig" -> kubeconfig = Path.of(value);
        default -> throw wrong(address, "'" + option + "' is neither context=… nor kubeconfig=…");
      }
    }
    return new KubeSecretStore(
        Cluster.open(settings(address, from, kubeconfig), context.deadline()),
        name,
        context.deadline());
  }

  private static ClusterSettings settings(
      URI address, @Nullable String context, @Nullable Path kubeconfig) {
    return new ClusterSettings(kubeconfig, context, address.getRawAuthority(), CONNECT_TIMEOUT);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static InvalidInputException wrong(URI address, String why) {
    return new InvalidInputException("the address '" + address + "' of Secrets is wrong: " + why);
  }
}
