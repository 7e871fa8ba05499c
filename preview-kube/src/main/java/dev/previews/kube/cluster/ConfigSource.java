package dev.previews.kube.cluster;

import dev.previews.error.InvalidInputException;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out which server is meant and who we are to it. */
final class ConfigSource {
  private ConfigSource() {}

  static Config read(ClusterSettings settings) {
    Config config = load(settings);
    requireContext(config, settings.context());
    ClientKey.identify(config);
    int millis = (int) Math.min(Integer.MAX_VALUE, settings.connectTimeout().toMillis());
    config.setConnectionTimeout(Math.max(1, millis));
    config.setRequestRetryBackoffLimit(0);
    // Each WebSocket is a connection of its own anyway, and requests are few.
    config.setHttp2Disable(true);
    if (settings.namespace() != null) {
      config.setNamespace(settings.namespace());
    } else if (config.getNamespace() == null || config.getNamespace().isEmpty()) {
      config.setNamespace("default");
    }
    return config;
  }

  private static Config load(ClusterSettings settings) {
    Path file = settings.kubeconfig();
    try {
      if (file != null) {
        if (!Files.isReadable(file)) {
          throw new InvalidInputException("the kubeconfig " + file + " cannot be read");
        }
        return withProxies(Config.fromKubeconfig(settings.context(), file.toFile()));
      }
      if (Config.getKubeconfigFilenames().stream().noneMatch(it -> new File(it).isFile())
          && System.getenv("KUBERNETES_SERVICE_HOST") == null) {
        throw new InvalidInputException(
            "no Kubernetes cluster is known here: there is no file of "
                + Config.getKubeconfigFilenames()
                + " and this is no Pod; give one with kubeconfig(path) or set KUBECONFIG");
      }
      return Config.autoConfigure(settings.context());
    } catch (InvalidInputException e) {
      throw e;
    } catch (RuntimeException e) {
      // Of the client or of its YAML parser. Its message may quote the file, which holds
      // credentials.
      throw new InvalidInputException(
          "the kubeconfig "
              + (file == null ? Config.getKubeconfigFilenames() : file)
              + " is not valid");
    }
  }

  /**
   * Those of the environment, as for a kubeconfig that was not named: unless the file has its own.
   */
  private static Config withProxies(Config config) {
    if (config.getHttpsProxy() == null && config.getHttpProxy() == null) {
      Config surroundings = Config.empty();
      Config.configFromSysPropsOrEnvVars(surroundings);
      config.setHttpProxy(surroundings.getHttpProxy());
      config.setHttpsProxy(surroundings.getHttpsProxy());
      config.setNoProxy(surroundings.getNoProxy());
      config.setProxyUsername(surroundings.getProxyUsername());
      config.setProxyPassword(surroundings.getProxyPassword());
    }
    return config;
  }

  private static void requireContext(Config config, @Nullable String wanted) {
    if (wanted == null) {
      return;
    }
    NamedContext current = config.getCurrentContext();
    if (current == null || !wanted.equals(current.getName())) {
      List<String> known =
          config.getContexts().stream().map(NamedContext::getName).sorted().toList();
      throw new InvalidInputException(
          "the kubeconfig has no context '" + wanted + "'; it has " + known);
    }
  }
}
