package dev.previews;

import dev.previews.environment.EnvironmentId;
import dev.previews.environment.ServicePort;
import dev.previews.spi.Context;
import dev.previews.spi.TunnelPlan;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a Compose file can use: where each port will be reached. The last one is what Preevy calls
 * it.
 */
final class UrlVariables {
  private UrlVariables() {}

  /**
   * The variables. Names that mean the ports of two services, {@code a-b} and {@code a_b}, say, are
   * left out with a notice: one of them would silently have the URL of the other.
   */
  static Map<String, String> of(EnvironmentId id, TunnelPlan plan, Context context) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("PREVIEW_ID", id.value());
    Map<String, Map<ServicePort, URI>> meant = new TreeMap<>();
    plan.urls()
        .forEach(
            (port, url) ->
                meant.computeIfAbsent(suffix(port), it -> new TreeMap<>()).put(port, url));
    meant.forEach(
        (suffix, urls) -> {
          if (urls.size() == 1) {
            urls.values().forEach(url -> put(variables, suffix, url));
          } else {
            context.notice(
                "the variables PREVIEW_URL_"
                    + suffix
                    + " and the like are left out, since they would be those of "
                    + urls.keySet().stream()
                        .map(ServicePort::toString)
                        .collect(Collectors.joining(" and of "))
                    + ": rename a service to have them");
          }
        });
    return variables;
  }

  private static void put(Map<String, String> variables, String suffix, URI url) {
    variables.put("PREVIEW_URL_" + suffix, url.toString());
    variables.put("PREVIEW_HOST_" + suffix, url.getHost());
    variables.put("PREVIEW_PORT_" + suffix, String.valueOf(port(url)));
    variables.put("PREEVY_BASE_URI_" + suffix, url.toString());
  }

  /** The URL's port, which its scheme decides where the URL says none. */
  private static int port(URI url) {
    if (url.getPort() >= 0) {
      return url.getPort();
    }
    return url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private static String suffix(ServicePort port) {
    return port.service().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_" + port.port();
  }
}
